namespace Herald.Client;

/// <summary>A condition for a change. When it does not hold, nothing changes and the answer is 412 <c>version-mismatch</c>.</summary>
public sealed record Precondition
{
    private Precondition(string header, string value) => (Header, Value) = (header, value);

    /// <summary>The object does not exist yet (<c>If-None-Match: *</c>).</summary>
    public static Precondition Absent { get; } = new("If-None-Match", "*");

    internal string Header { get; }
    internal string Value { get; }

    /// <summary>The object still has this version (<c>If-Match</c>).</summary>
    /// <param name="etag">The <see cref="Reply.ETag"/> of an earlier answer, with its quotes.</param>
    public static Precondition Unchanged(string etag) => new("If-Match", etag);

    /// <summary>The object still has this version (<c>If-Match</c>).</summary>
    public static Precondition Version(long version) => new("If-Match", FormattableString.Invariant($"\"{version}\""));
}
