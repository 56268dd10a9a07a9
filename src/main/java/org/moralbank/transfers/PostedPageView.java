package org.moralbank.transfers;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A page as the OpenAPI document tells it: a {@link org.moralbank.platform.Page} of what was posted. */
@Schema(name = "PostedPage")
record PostedPageView(
        List<PostedView> items,

        @Schema(description = "The cursor of the next page, or null", nullable = true) @Nullable
        String next) {}
