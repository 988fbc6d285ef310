using System.Diagnostics;

namespace Herald.Lab.Catchers;

/// <summary>The counts of a catcher since it started.</summary>
public sealed class CatcherCounts
{
    private long _delivered, _delayed, _failed, _refused, _duplicates, _violations, _retries, _joined, _unchecked, _registrations, _lost;

    /// <summary>Webhooks answered 2xx at once.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Webhooks answered 2xx after a delay.</summary>
    public long Delayed => Interlocked.Read(ref _delayed);

    /// <summary>Webhooks answered 2xx.</summary>
    public long Acknowledged => Delivered + Delayed;

    /// <summary>Webhooks answered 500.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Webhooks answered 401, because the signature was invalid.</summary>
    public long Refused => Interlocked.Read(ref _refused);
    public long Duplicates => Interlocked.Read(ref _duplicates);
    public long Violations => Interlocked.Read(ref _violations);

    /// <summary>Requests that Herald marked as a later attempt than the first.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    /// <summary>Orders whose first changes did not come to this catcher.</summary>
    public long Joined => Interlocked.Read(ref _joined);

    /// <summary>Bodies that are not a change of an order, so no order can be checked.</summary>
    public long Unchecked => Interlocked.Read(ref _unchecked);
    public long Registrations => Interlocked.Read(ref _registrations);
    public long RegistrationsLost => Interlocked.Read(ref _lost);
    public LagBuckets Lags { get; } = new();

    public void CountAnswer(PlannedAnswer answer) =>
        Interlocked.Increment(ref answer.Fails ? ref _failed : ref answer.Delay > TimeSpan.Zero ? ref _delayed : ref _delivered);

    public void CountRefusal() => Interlocked.Increment(ref _refused);

    public void CountAttempt(int attempt)
    {
        if (attempt > 1)
            Interlocked.Increment(ref _retries);
    }

    public void CountUnchecked() => Interlocked.Increment(ref _unchecked);

    public void CountReceipt(OrderReceipt receipt, long number)
    {
        switch (receipt)
        {
            case OrderReceipt.Begins when number > 0:
                Interlocked.Increment(ref _joined);
                break;
            case OrderReceipt.Duplicate:
                Interlocked.Increment(ref _duplicates);
                break;
            case OrderReceipt.Violation:
                Interlocked.Increment(ref _violations);
                break;
            case OrderReceipt.Begins or OrderReceipt.Next or OrderReceipt.Again:
                break; // These are correct.
            default:
                throw new UnreachableException($"{receipt}");
        }
    }

    public void CountRegistration() => Interlocked.Increment(ref _registrations);

    public void CountRegistrationLost() => Interlocked.Increment(ref _lost);
}
