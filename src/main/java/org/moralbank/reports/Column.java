package org.moralbank.reports;

import java.util.Arrays;
import org.moralbank.platform.Language;

/** A column of a report's file, with its heading: the API's name of the field, or the word of Chinese accounts. */
enum Column {
    ROW("row", "行类"),
    SEQ("seq", "凭证号"),
    LINE("line", "分录号"),
    TYPE("type", "业务类型"),
    UNIT("unit", "计量单位"),
    CODE("code", "科目"),
    ACCOUNT("account", "账户"),
    OCCURRED_ON("occurredOn", "业务日期"),
    POSTED_AT("postedAt", "记账时间"),
    OPENING("opening", "期初余额"),
    DEBIT("debit", "借方"),
    CREDIT("credit", "贷方"),
    CLOSING("closing", "期末余额"),
    BALANCE("balance", "余额"),
    CLIENT("client", "记账系统"),
    ACTOR("actor", "制单"),
    ON_BEHALF_OF("onBehalfOf", "代办对象"),
    APPROVER("approver", "审核"),
    REFERENCE("reference", "业务编号"),
    GROUP("group", "凭证组"),
    REVERSES("reverses", "冲销凭证号"),
    RECONCILIATION("reconciliation", "对账项目"),
    SUBJECT("subject", "对象"),
    LEFT("left", "总账数"),
    RIGHT("right", "明细数"),
    DIFFERENCE("difference", "差额");

    private final String name;
    private final String chinese;

    Column(String name, String chinese) {
        this.name = name;
        this.chinese = chinese;
    }

    String heading(Language language) {
        return switch (language) {
            case EN -> name;
            case ZH -> chinese;
        };
    }

    static Object[] headings(Language language, Column... columns) {
        return Arrays.stream(columns).map(column -> column.heading(language)).toArray();
    }
}
