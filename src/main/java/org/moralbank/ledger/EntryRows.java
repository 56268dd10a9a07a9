package org.moralbank.ledger;

import java.util.List;
import org.moralbank.platform.Language;
import org.moralbank.platform.TableFile;

/** Entries as a table, a row per posting. */
public final class EntryRows {
    private static final List<String> ENGLISH = List.of(
            "seq",
            "type",
            "unit",
            "occurredOn",
            "postedAt",
            "account",
            "amount",
            "balanceAfter",
            "version",
            "client",
            "actor",
            "onBehalfOf",
            "approver",
            "reference",
            "group",
            "reverses",
            "leafHash");

    private static final List<String> CHINESE = List.of(
            "凭证号", "业务类型", "计量单位", "业务日期", "记账时间", "账户", "金额", "记账后余额", "账户版本", "记账系统", "制单", "代办对象", "审核", "业务编号",
            "凭证组", "冲销凭证号", "叶哈希");

    private EntryRows() {}

    /** The headings: named as in the API, or in Chinese. */
    public static Object[] headings(Language language) {
        return (language == Language.ZH ? CHINESE : ENGLISH).toArray();
    }

    /** Writes the rows of an entry. Amounts are in minor parts of the unit. */
    public static void write(EntryView entry, TableFile file) {
        String postedAt = Times.micros(entry.postedAt());
        for (EntryView.PostingView posting : entry.postings()) {
            file.row(
                    entry.seq(),
                    entry.type(),
                    entry.unit(),
                    entry.occurredOn(),
                    postedAt,
                    posting.account(),
                    posting.amount(),
                    posting.balanceAfter(),
                    posting.version(),
                    entry.client(),
                    entry.actor(),
                    entry.onBehalfOf(),
                    entry.approver(),
                    entry.reference(),
                    entry.group(),
                    entry.reverses(),
                    entry.leafHash());
        }
    }
}
