package org.moralbank.settlements;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaymentTest {
    @ParameterizedTest
    @CsvSource({
        // points, fen a point, discount, gross, paid
        "695000, 100,     0, 695000, 695000",
        "     1, 100,     0,      1,      1",
        "     1,  50,     0,      1,      1",
        "     1,  49,     0,      0,      0",
        "     3,  50,     0,      2,      2",
        "   100, 100,   500,    100,     95",
        "    50, 100,   100,     50,     50",
        "    50, 100,   101,     50,     49",
        "   100, 100, 10000,    100,      0",
        "   333,  33,   333,    110,    106",
        "1000000000000, 10000, 1, 100000000000000, 99990000000000",
    })
    void isTheExactProductRoundedOnceHalfUp(long points, int fen, int discount, long gross, long paid) {
        var payment = Payment.of(points, fen, discount);

        assertThat(payment.grossFen()).isEqualTo(gross);
        assertThat(payment.fen()).isEqualTo(paid);
        assertThat(payment.discountFen()).isEqualTo(gross - paid);
    }

    @Test
    void isNeverMoreThanTheGrossAmount() {
        for (int discount = 0; discount <= 10_000; discount++) {
            var payment = Payment.of(12_345, 87, discount);

            assertThat(payment.fen()).isBetween(0L, payment.grossFen());
        }
    }
}
