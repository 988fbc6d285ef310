using System.ComponentModel;

namespace Herald.Hosting.Problems;

/// <summary>The shape of a problem, for the API's description. <see cref="Problem"/> writes it.</summary>
[Description("What went wrong (RFC 9457).")]
public sealed record ProblemWire
{
    [Description("urn:herald:problem: and the code.")]
    public required string Type { get; set; }
    public required string Title { get; set; }
    public required int Status { get; set; }

    [Description("For people. It can change.")]
    public required string Detail { get; set; }

    [Description("For programs. It does not change. docs/api.md lists all codes.")]
    public required string Code { get; set; }

    [Description("The fields that are not valid, at most 100.")]
    public IReadOnlyList<FieldProblemWire>? Errors { get; set; }
}

public sealed record FieldProblemWire
{
    [Description("A JSON pointer to the field, or ?name for a query parameter.")]
    public required string Pointer { get; set; }

    [Description("The value from the request, shortened; secrets are hidden.")]
    public required string Value { get; set; }

    [Description("What is allowed.")]
    public required string Rule { get; set; }
}
