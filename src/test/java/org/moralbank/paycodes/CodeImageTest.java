package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.MultiFormatReader;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.Result;
import com.google.zxing.common.HybridBinarizer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Images are read back by the reader of the library's own. */
class CodeImageTest {
    @ParameterizedTest
    @EnumSource
    void aPngReadsBackAsTheCode(CodeImage.Symbology symbology) throws Exception {
        for (int i = 0; i < 20; i++) {
            String code = i % 2 == 0 ? CodeText.made() : CodeText.ofVoucher();

            CodeImage image = CodeImage.of(code, new CodeImage.Order(symbology, CodeImage.Format.PNG));

            assertThat(image.mediaType()).isEqualTo("image/png");
            BufferedImage png =
                    ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(image.data())));
            int[] pixels = png.getRGB(0, 0, png.getWidth(), png.getHeight(), null, 0, png.getWidth());
            read(symbology, code, pixels, png.getWidth(), png.getHeight());
        }
    }

    private static final Pattern SIZE = Pattern.compile("viewBox=\"0 0 (\\d+) (\\d+)\"");
    private static final Pattern RUN = Pattern.compile("M(\\d+) (\\d+)h(\\d+)v1H\\1z");

    @ParameterizedTest
    @EnumSource
    void anSvgReadsBackAsTheCode(CodeImage.Symbology symbology) throws Exception {
        String code = CodeText.made();

        CodeImage image = CodeImage.of(code, new CodeImage.Order(symbology, CodeImage.Format.SVG));

        byte[] file = Base64.getDecoder().decode(image.data());
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(file))
                        .getDocumentElement()
                        .getTagName())
                .isEqualTo("svg");
        String svg = new String(file, StandardCharsets.US_ASCII);
        Matcher size = SIZE.matcher(svg);
        assertThat(size.find()).isTrue();
        int scale = 4;
        int width = Integer.parseInt(size.group(1)) * scale;
        int height = Integer.parseInt(size.group(2)) * scale;
        int[] pixels = new int[width * height];
        Arrays.fill(pixels, 0xffffffff);
        RUN.matcher(svg).results().forEach(run -> {
            int x = Integer.parseInt(run.group(1)) * scale;
            int y = Integer.parseInt(run.group(2)) * scale;
            for (int line = y; line < y + scale; line++) {
                Arrays.fill(
                        pixels,
                        line * width + x,
                        line * width + x + Integer.parseInt(run.group(3)) * scale,
                        0xff000000);
            }
        });
        read(symbology, code, pixels, width, height);
        assertThat(svg).as("no digits in plain").doesNotContain(code);
    }

    /**
     * Reads an image as what it is, and not as a photograph: where the reader looks for a code in a picture, it does not find
     * three of a thousand that are without fault.
     */
    private static void read(CodeImage.Symbology symbology, String code, int[] pixels, int width, int height)
            throws Exception {
        Result read = new MultiFormatReader()
                .decode(
                        new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(width, height, pixels))),
                        Map.of(DecodeHintType.PURE_BARCODE, true));
        assertThat(read.getText()).isEqualTo(code);
        assertThat(read.getBarcodeFormat())
                .isEqualTo(symbology == CodeImage.Symbology.QR ? BarcodeFormat.QR_CODE : BarcodeFormat.CODE_128);
    }
}
