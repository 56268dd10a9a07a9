package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "missing", textBlock = """
                    missing                 | EN
                    ''                      | EN
                    *                       | EN
                    en                      | EN
                    en-GB                   | EN
                    zh                      | ZH
                    zh-CN                   | ZH
                    zh-Hans-CN              | ZH
                    ZH-cn                   | ZH
                    fr                      | EN
                    fr,zh;q=0.5             | ZH
                    zh;q=0.5,en             | EN
                    en;q=0.5,zh-CN;q=0.9    | ZH
                    en;q=x                  | EN
                    ;;;                     | EN
                    """)
    void isTheOneThatIsPreferred(String acceptLanguage, Language language) {
        assertThat(Language.preferred(acceptLanguage)).isEqualTo(language);
    }

    @Test
    void isToldOfAProblemByItsTitle() {
        for (ProblemTable.Entry entry : ProblemTable.all()) {
            Rejection rejection = new ProtocolRejection.Plain(entry.code());

            for (Language language : Language.values()) {
                assertThat(Problem.languageOf(Problem.of(rejection).json(language, "/\u6c38")))
                        .isEqualTo(language);
            }
        }
    }
}
