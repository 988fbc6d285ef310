using System.Collections.Concurrent;
using Herald.Nats.JetStream;

namespace Herald.Nats.Channels;

/// <summary>
/// Remembers which subjects a stream takes, and asks once a minute. A stream that is created in between stores the messages all the same,
/// and a deleted one is noticed because it does not answer.
/// </summary>
internal sealed class SubjectStreams(JetStreamClient jetStream, TimeProvider time)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <exception cref="NatsException">It is unknown.</exception>
    public async ValueTask<bool> TakesAsync(string subject, CancellationToken cancel)
    {
        var known = _known.GetValueOrDefault(subject);
        if (known is { IsInDoubt: false } && time.GetElapsedTime(known.AskedAt) < Age)
            return known.IsTaken;
        var isTaken = await AskAsync(subject, known?.IsTaken == true, cancel).ConfigureAwait(false);
        if (_known.Count >= MostRemembered)
            _known.Clear();
        _known[subject] = new(isTaken, time.GetTimestamp(), IsInDoubt: false);
        return isTaken;
    }

    /// <summary>The stream that takes the subject did not answer. It may have been deleted, or be unavailable.</summary>
    public void Doubt(string subject) => _known[subject] = new(true, time.GetTimestamp(), IsInDoubt: true);

    private async Task<bool> AskAsync(string subject, bool wasTaken, CancellationToken cancel)
    {
        try
        {
            return await jetStream.FindStreamAsync(subject, cancel).ConfigureAwait(false) is not null;
        }
        catch (JetStreamException none) when (none.IsNotThere && !wasTaken)
        {
            // Otherwise a stream that is only unavailable would miss a message that the server alone has taken.
            return false;
        }
    }

    private sealed record Known(bool IsTaken, long AskedAt, bool IsInDoubt);
}
