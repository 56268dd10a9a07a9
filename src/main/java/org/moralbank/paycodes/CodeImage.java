package org.moralbank.paycodes;

import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.oned.Code128Writer;
import com.google.zxing.qrcode.QRCodeWriter;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A code as an image, in the answer that shows it: never under a URL of its own, which would be logged. */
@Schema(name = "CodeImage", description = "A code as an image: its digits and nothing else.")
record CodeImage(
        Symbology symbology,
        Format format,

        @Schema(examples = "image/svg+xml") String mediaType,

        @Schema(description = "The file, in Base64", format = "byte")
        String data) {
    enum Symbology {
        /** ISO/IEC 18004, error correction M, a quiet zone of four modules. */
        QR,
        /** ISO/IEC 15417, code set C, a quiet zone of ten modules. */
        CODE_128
    }

    enum Format {
        PNG,
        SVG
    }

    /** An image that is wanted. */
    record Order(Symbology symbology, Format format) {}

    /** How many pixels a module has in a PNG; an SVG scales by itself. */
    private static final int MODULE_PIXELS = 8;

    private static final int BAR_HEIGHT_MODULES = 40;

    /** Draws on a worker thread, so that neither a request nor a commit waits for it; goes on where it was asked. */
    static Uni<List<CodeImage>> drawn(String code, List<Order> orders) {
        if (orders.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Context caller = Vertx.currentContext();
        Uni<List<CodeImage>> drawn = Uni.createFrom()
                .item(() -> orders.stream().map(order -> of(code, order)).toList())
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
        return caller == null ? drawn : drawn.emitOn(command -> caller.runOnContext(ignored -> command.run()));
    }

    static CodeImage of(String code, Order order) {
        BitMatrix modules = modules(code, order.symbology());
        return switch (order.format()) {
            case PNG -> new CodeImage(order.symbology(), order.format(), "image/png", base64(png(modules)));
            case SVG ->
                new CodeImage(
                        order.symbology(),
                        order.format(),
                        "image/svg+xml",
                        base64(svg(modules).getBytes(StandardCharsets.US_ASCII)));
        };
    }

    private static String base64(byte[] file) {
        return Base64.getEncoder().encodeToString(file);
    }

    private static BitMatrix modules(String code, Symbology symbology) {
        return switch (symbology) {
            case QR -> {
                try {
                    yield new QRCodeWriter()
                            .encode(
                                    code,
                                    BarcodeFormat.QR_CODE,
                                    0,
                                    0,
                                    Map.of(
                                            EncodeHintType.ERROR_CORRECTION,
                                            ErrorCorrectionLevel.M,
                                            EncodeHintType.MARGIN,
                                            4));
                } catch (WriterException e) {
                    throw new IllegalStateException("18 digits fit every QR code", e);
                }
            }
            case CODE_128 ->
                new Code128Writer()
                        .encode(
                                code,
                                BarcodeFormat.CODE_128,
                                0,
                                BAR_HEIGHT_MODULES,
                                Map.of(EncodeHintType.FORCE_CODE_SET, "C", EncodeHintType.MARGIN, 20));
        };
    }

    private static byte[] png(BitMatrix modules) {
        BufferedImage image = new BufferedImage(
                modules.getWidth() * MODULE_PIXELS,
                modules.getHeight() * MODULE_PIXELS,
                BufferedImage.TYPE_BYTE_BINARY);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, modules.get(x / MODULE_PIXELS, y / MODULE_PIXELS) ? 0xff000000 : 0xffffffff);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // In memory: ImageIO's own way would put the code into a file of the temporary folder.
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** One path; a run of dark modules in a line is one rectangle. */
    private static String svg(BitMatrix modules) {
        int width = modules.getWidth();
        int height = modules.getHeight();
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                if (modules.get(x, y)) {
                    int from = x;
                    while (x < width && modules.get(x, y)) {
                        x++;
                    }
                    path.append('M').append(from).append(' ').append(y);
                    path.append('h').append(x - from).append("v1H").append(from).append('z');
                }
            }
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" shape-rendering="crispEdges">\
                <path fill="#fff" d="M0 0h%1$dv%2$dH0z"/><path d="%3$s"/></svg>
                """.formatted(width, height, path);
    }
}
