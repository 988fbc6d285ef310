namespace Herald.Client;

/// <summary>Herald's answer with its value, or with the problem.</summary>
/// <remarks>The value is read from the body when it is first asked for. Who looks only at the status pays nothing.</remarks>
public sealed class Reply<T> : Reply
    where T : class
{
    private readonly Lazy<(T? Value, Problem? Problem)> _read;

    internal Reply(Reply same, Func<(T? Value, Problem? Problem)> read) : base(same) => _read = new(read);

    /// <summary>Null when there is a problem, or when the answer has no content (204).</summary>
    public T? Value => _read.Value.Value;

    /// <inheritdoc/>
    public override Problem? Problem => base.Problem ?? _read.Value.Problem;

    /// <summary>For programs that prefer an exception to a look at <see cref="Problem"/>.</summary>
    /// <exception cref="HeraldException">There is no value.</exception>
    public T ValueOrThrow() => Value ?? throw new HeraldException(this);
}
