package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {
    /** The first and the last of each range that is refused, and the metadata services of clouds. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.255.255.255",
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.0",
                "100.100.100.200",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.255",
                "169.254.0.0",
                "169.254.169.254",
                "169.254.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.0",
                "192.168.255.255",
                "198.18.0.0",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::7f00:1",
                "::ffff:10.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:1ff::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "fc00::1",
                "fd00:ec2::254",
                "fdff:ffff::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1"
            })
    void refusesWhatIsNoAddressOfThePublicInternet(String address) throws UnknownHostException {
        assertThat(Targets.isPublic(InetAddress.getByName(address))).isFalse();
        String host = address.contains(":") ? "[" + address + "]" : address;
        assertThat(Targets.isRefusedLiteral(URI.create("https://" + host + "/")))
                .isTrue();
    }

    /** Just outside of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.0",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "203.0.114.0",
                "223.255.255.255",
                "64:ff9b::8.8.8.8",
                "::ffff:8.8.8.8",
                "2001:200::1",
                "2001:db7::1",
                "2003::1",
                "2a00:1450:4001::1",
                "3ffe::1"
            })
    void takesAddressesOfThePublicInternet(String address) throws UnknownHostException {
        assertThat(Targets.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void aNameIsLookedUpLaterAndThisMachinesIsNot() {
        assertThat(Targets.isRefusedLiteral(URI.create("https://receiver.example/")))
                .isFalse();
        assertThat(Targets.isRefusedLiteral(URI.create("https://LocalHost:8443/")))
                .isTrue();
        assertThat(Targets.isRefusedLiteral(URI.create("https://2130706433/"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://receiver.example/",
                "ftp://receiver.example/",
                "https:receiver.example",
                "https:///events",
                "https://user:word@receiver.example/",
                "https://receiver.example/#part",
                "https://receiver.example:0/",
                "https://receiver.example:65536/",
                "https://receiver example/",
                "receiver.example",
                ""
            })
    void isNoTarget(String url) {
        assertThat(Targets.parse(url, false)).isNull();
    }

    @Test
    void isATarget() {
        assertThat(Targets.parse("https://receiver.example:8443/a/b?c=d", false))
                .isNotNull();
        assertThat(Targets.parse("http://127.0.0.1:8080/", true)).isNotNull();
        assertThat(Targets.parse("https://receiver.example/" + "a".repeat(1975), false))
                .isNotNull();
        assertThat(Targets.parse("https://receiver.example/" + "a".repeat(1976), false))
                .isNull();
    }
}
