package org.moralbank.access;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Operation;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.IndexView;

/**
 * Has the OpenAPI document say of each operation who may use it, as {@link Allowed} does: at the end of its description for
 * people, and for programs in the extension {@value #EXTENSION}.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class RolesDescription implements OASFilter {
    static final String EXTENSION = "x-roles";

    private final Map<String, List<String>> rolesByOperation = new HashMap<>();

    /** Called when the service is built, with an index of its classes. */
    public RolesDescription(IndexView index) {
        for (AnnotationInstance allowed : index.getAnnotations(Allowed.class)) {
            AnnotationInstance operation = allowed.target()
                    .asMethod()
                    .annotation(org.eclipse.microprofile.openapi.annotations.Operation.class);
            AnnotationValue id = operation == null ? null : operation.value("operationId");
            // Those without are hidden: the same in another media type.
            if (id != null) {
                rolesByOperation.put(
                        id.asString(),
                        Arrays.stream(allowed.value().asEnumArray())
                                .map(Role::valueOf)
                                .sorted()
                                .map(Role::name)
                                .toList());
            }
        }
    }

    @Override
    public Operation filterOperation(Operation operation) {
        List<String> roles = rolesByOperation.get(operation.getOperationId());
        String said = operation.getDescription() == null
                ? ""
                : operation.getDescription().stripTrailing();
        // Those that know no roles ask for no key.
        operation.setDescription(said
                + (roles == null
                        ? "\n\nNo key is needed."
                        : roles.stream().collect(Collectors.joining(", ", "\n\nRoles: ", "."))));
        if (roles != null) {
            operation.addExtension(EXTENSION, roles);
        }
        return operation;
    }
}
