using System.Collections.Concurrent;
using Herald.Nats.JetStream;

namespace Herald.Nats.Channels;

/// <summary>
/// Which subjects a stream takes. It is asked for once a minute: a stream that is made in between keeps what is sent all the same, and one that is deleted shows when
/// nobody answers.
/// </summary>
internal sealed class SubjectStreams(JetStreamClient jetStream, TimeProvider time)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <exception cref="NatsException">It cannot be found out.</exception>
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

    /// <summary>The stream that takes it did not answer: it may be gone, or away.</summary>
    public void Doubt(string subject) => _known[subject] = new(true, time.GetTimestamp(), IsInDoubt: true);

    private async Task<bool> AskAsync(string subject, bool wasTaken, CancellationToken cancel)
    {
        try
        {
            return await jetStream.FindStreamAsync(subject, cancel).ConfigureAwait(false) is not null;
        }
        catch (JetStreamException none) when (none.IsNotThere && !wasTaken)
        {
            // A stream that is only away would not have what a server alone has taken.
            return false;
        }
    }

    private sealed record Known(bool IsTaken, long AskedAt, bool IsInDoubt);
}
