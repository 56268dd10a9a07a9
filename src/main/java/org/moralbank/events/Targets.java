package org.moralbank.events;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses a webhook may be at: those of the public internet, by the special-purpose registries of IANA (RFC 6890).
 * Whoever registers a webhook chooses where this service connects to; without this he could reach what only this service
 * can: databases, administration, the cloud's metadata (169.254.169.254, 100.100.100.200, fd00:ec2::254).
 */
final class Targets {
    private static final int LONGEST_URL = 2_000;

    private Targets() {}

    /** The URL when it has the form of a target: https (or http where that is allowed) and a host; no user, no fragment. */
    static @Nullable URI parse(String text, boolean httpToo) {
        try {
            URI url = new URI(text);
            boolean scheme = "https".equals(url.getScheme()) || httpToo && "http".equals(url.getScheme());
            return scheme
                            && url.getHost() != null
                            && url.getRawUserInfo() == null
                            && url.getRawFragment() == null
                            && url.getPort() != 0
                            && url.getPort() <= 65_535
                            && text.length() <= LONGEST_URL
                    ? url
                    : null;
        } catch (URISyntaxException malformed) {
            return null;
        }
    }

    /** The host as a resolver takes it: an address of IPv6 without its brackets. */
    static String host(URI url) {
        String host = url.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Whether the host is itself an address that is refused; a name is looked up when it is connected to. */
    static boolean isRefusedLiteral(URI url) {
        String host = host(url);
        if (!host.contains(":") && !host.matches("[0-9.]+")) {
            return host.equalsIgnoreCase("localhost");
        }
        try {
            return !isPublic(InetAddress.getByName(host)); // an address: nothing is looked up
        } catch (UnknownHostException noAddress) {
            return true;
        }
    }

    static boolean isPublic(InetAddress address) {
        return address instanceof Inet4Address ? isPublic4(address.getAddress()) : isPublic6(address.getAddress());
    }

    private static boolean isPublic4(byte[] address) {
        int a = address[0] & 0xff;
        int b = address[1] & 0xff;
        int c = address[2] & 0xff;
        return !(a == 0 // this network
                || a == 10 // private
                || a == 100 && b >= 64 && b < 128 // shared by carriers; some clouds' metadata
                || a == 127 // loopback
                || a == 169 && b == 254 // link-local; most clouds' metadata
                || a == 172 && b >= 16 && b < 32 // private
                || a == 192 && b == 0 && c == 0 // protocol assignments
                || a == 192 && b == 0 && c == 2 // documentation
                || a == 192 && b == 88 && c == 99 // 6to4 relays
                || a == 192 && b == 168 // private
                || a == 198 && (b == 18 || b == 19) // benchmarks
                || a == 198 && b == 51 && c == 100 // documentation
                || a == 203 && b == 0 && c == 113 // documentation
                || a >= 224); // multicast, reserved, broadcast
    }

    private static boolean isPublic6(byte[] address) {
        if (startsWith(address, 0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) {
            // NAT64: what is connected to is the address of IPv4 inside. Mapped ones the JDK has made IPv4 already.
            return isPublic4(Arrays.copyOfRange(address, 12, 16));
        }
        // Of all others only global unicast, 2000::/3; that leaves out ::, ::1, fc00::/7, fe80::/10, fec0::/10,
        // ff00::/8.
        return (address[0] & 0xe0) == 0x20
                && !(startsWith(address, 0x20, 0x01) && (address[2] & 0xfe) == 0 // protocol assignments, Teredo
                        || startsWith(address, 0x20, 0x01, 0x0d, 0xb8) // documentation
                        || startsWith(address, 0x20, 0x02) // 6to4 has an address of IPv4 inside
                        || startsWith(address, 0x3f, 0xff) && (address[2] & 0xf0) == 0); // documentation
    }

    private static boolean startsWith(byte[] address, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if ((address[i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
