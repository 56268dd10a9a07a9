package org.moralbank.platform;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Has Quarkus REST write JSON as the rest of the service does. */
@Singleton
class JsonBean {
    @Produces
    @Singleton
    ObjectMapper mapper() {
        return Json.mapper();
    }
}
