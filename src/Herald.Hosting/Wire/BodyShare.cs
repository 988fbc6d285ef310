using Herald.Hosting.Problems;

namespace Herald.Hosting.Wire;

/// <summary>
/// What one request has of the <see cref="BodyBudget"/>. Its owner holds something of the body, in whatever form, until the request is
/// answered, however long that takes, and disposes the share only then. A disposed share can be used again.
/// </summary>
public sealed class BodyShare(BodyBudget budget) : IDisposable
{
    private long _held;

    /// <summary>More or less than before.</summary>
    /// <returns>False when there is not so much left: then all is as it was.</returns>
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
        new(ProblemKind.Busy, "Large bodies fill their memory (maxBodyBytesInFlight). Try again.") { RetryAfter = 1 };
}
