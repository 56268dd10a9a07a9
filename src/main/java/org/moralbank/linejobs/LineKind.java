package org.moralbank.linejobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import org.moralbank.access.BulkRequest;
import org.moralbank.access.Client;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Work;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Json;

/**
 * What many items of a collection are, be they a bulk or the lines of a job: how one of them is read and what it does. A feature
 * makes one for each of its collections, as a bean, so that its lines can be run.
 */
public abstract class LineKind {
    private final String collection;

    private LineKind(String collection) {
        this.collection = collection;
    }

    /**
     * What one item does.
     *
     * @param <B> the body of the single operation
     */
    @FunctionalInterface
    public interface Doing<B extends Record> {
        /** Checks the item's form as the single operation does, and says what it does. */
        Work work(Ask ask, BookHandle book, Client client, B item);
    }

    /**
     * Of a collection.
     *
     * @param collection as the API names it; a reference is unique among its like
     */
    public static <B extends Record> LineKind of(String collection, Class<B> form, Doing<B> doing) {
        ObjectReader reader = Json.mapper().readerFor(form);
        return new LineKind(collection) {
            @Override
            public Bulk bulk(BulkRequest body, Ask ask, BookHandle book, Client client) {
                return body.bulk(ask, collection, form, item -> doing.work(ask, book, client, item));
            }

            @Override
            Bulk.Item line(int index, JsonNode json, Ask ask, BookHandle book, Client client) {
                return BulkRequest.<B>item(index, json, reader, item -> doing.work(ask, book, client, item));
            }
        };
    }

    public final String collection() {
        return collection;
    }

    /** The items of a bulk as one work. */
    public abstract Bulk bulk(BulkRequest body, Ask ask, BookHandle book, Client client);

    /** One line, by its place among all; what is wrong with its form is in it. */
    abstract Bulk.Item line(int index, JsonNode json, Ask ask, BookHandle book, Client client);
}
