package org.moralbank.paycodes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of pay codes and vouchers. */
@ConfigMapping(prefix = "moralbank.pay-codes")
interface PayCodesConfig {
    /**
     * The installation's key, 32 bytes or more in Base64, the same for all replicas. With another one, codes, devices and
     * vouchers that were made before are unknown. Required in production, here or in a file.
     */
    Optional<String> key();

    /** A file that has the key. With the embedded database it is made in the data folder when it is not there. */
    Optional<Path> keyFile();

    /** How long a code of the service is valid, from when it was made; 10 s to 10 min. */
    @WithDefault("60s")
    Duration validity();

    /** How many devices a member may have at once; 1 to 10. */
    @WithDefault("3")
    int devices();

    /** How many days ahead a voucher may expire; 1 to 3650. */
    @WithDefault("366")
    int longestVoucherDays();

    /** How often vouchers are looked for whose time is over; 1 s or longer. */
    @WithDefault("30s")
    Duration expiryInterval();

    /** How many unknown codes one client and terminal may show in a minute, and as many in uploads; 1 to 1000. */
    @WithDefault("10")
    int wrongCodesPerMinute();

    /** The sentence of what is out of its bounds, or nothing. */
    default Optional<String> fault() {
        if (validity().compareTo(Duration.ofSeconds(10)) < 0 || validity().compareTo(Duration.ofMinutes(10)) > 0) {
            return Optional.of("moralbank.pay-codes.validity must be 10 s to 10 min; it is " + validity() + ".");
        }
        if (devices() < 1 || devices() > 10) {
            return Optional.of("moralbank.pay-codes.devices must be 1 to 10; it is " + devices() + ".");
        }
        if (longestVoucherDays() < 1 || longestVoucherDays() > 3650) {
            return Optional.of(
                    "moralbank.pay-codes.longest-voucher-days must be 1 to 3650; it is " + longestVoucherDays() + ".");
        }
        if (expiryInterval().compareTo(Duration.ofSeconds(1)) < 0) {
            return Optional.of(
                    "moralbank.pay-codes.expiry-interval must be 1 s or longer; it is " + expiryInterval() + ".");
        }
        if (wrongCodesPerMinute() < 1 || wrongCodesPerMinute() > 1000) {
            return Optional.of("moralbank.pay-codes.wrong-codes-per-minute must be 1 to 1000; it is "
                    + wrongCodesPerMinute() + ".");
        }
        return Optional.empty();
    }
}
