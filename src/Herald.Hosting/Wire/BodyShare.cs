using Herald.Hosting.Problems;

namespace Herald.Hosting.Wire;

/// <summary>
/// One request's share of the <see cref="BodyBudget"/>. The request holds the body in some form until it is answered, however long that
/// takes. Its owner disposes the share only then. A disposed share can be used again.
/// </summary>
public sealed class BodyShare(BodyBudget budget) : IDisposable
{
    private long _held;

    /// <summary>Changes the held amount, to more or to less.</summary>
    /// <returns>False when the budget has too little left; then nothing changes.</returns>
    public bool TryHold(long bytes)
    {
        if (bytes > _held && !budget.TryTake(bytes - _held, _held))
            return false;
        budget.Return(_held - bytes);
        _held = bytes;
        return true;
    }

    public void Dispose() => TryHold(0);

    public static Problem Busy() =>
        new(ProblemKind.Busy, "The memory for large request bodies is in use (maxBodyBytesInFlight). Try again.") { RetryAfter = 1 };
}
