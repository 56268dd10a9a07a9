package org.moralbank.members;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.ledger.EntryView;

/** A member who has left, and the entries by which his accounts were emptied. */
@Schema(name = "ClosedMember", description = "A member who has left, with the entries that emptied his accounts.")
record ClosedView(MemberView member, List<EntryView> entries) {}
