namespace Herald.Client;

/// <summary>Herald refused, or its answer could not be read. Only calls that cannot return a <see cref="Reply"/> throw it.</summary>
public sealed class HeraldException(Reply reply) : Exception(string.Join(Environment.NewLine, reply.ProblemLines()))
{
    public Reply Reply { get; } = reply;

    /// <summary>Null when the answer has no content.</summary>
    public Problem? Problem => Reply.Problem;
}
