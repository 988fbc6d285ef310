using System.Globalization;
using Herald.Engine.Stores;

namespace Herald.Nats.Sources;

/// <summary>
/// How far a stream has been read, in Herald's own store. It is saved after what it speaks of is durable, and while that goes on nobody waits: of several that are
/// to be saved the last one counts. When it lags behind, what is read again is recognised.
/// </summary>
/// <param name="Next">The sequence to read first.</param>
internal sealed class StreamPosition(IEventLog log, string source, int edition, long next)
{
    private readonly Lock _lock = new();
    private Func<Task>? _then;
    private long _wanted;
    private Task _saving = Task.CompletedTask;

    /// <summary>Where it stood when it was read.</summary>
    public long Next => next;

    /// <param name="source">Names the stream with the moment at which it was made: one that was removed and made again is read from its beginning.</param>
    /// <exception cref="StoreUnavailableException">It cannot be read now.</exception>
    public static async ValueTask<StreamPosition> ReadAsync(IEventLog log, string source, CancellationToken cancel)
    {
        var found = new StreamPosition(log, source, 1, 1);
        for (var edition = 1; await log.ReadSourcePositionAsync(NameOf(source, edition), cancel).ConfigureAwait(false) is { } position; edition++)
            found = new(log, source, edition, position);
        return found;
    }

    /// <summary>From the stream's beginning, in place of this one, which the stream has fallen behind: positions never fall.</summary>
    public StreamPosition Again() => new(log, source, edition + 1, 1);

    /// <param name="then">What follows when it is saved.</param>
    /// <param name="cancel">The same for all.</param>
    public void Save(long position, Func<Task> then, CancellationToken cancel)
    {
        lock (_lock)
        {
            (_wanted, _then) = (Math.Max(_wanted, position), then);
            if (_saving.IsCompleted)
                _saving = Task.Run(() => SaveAsync(cancel), CancellationToken.None);
        }
    }

    /// <summary>Complete when nothing is to be saved, or it could not be.</summary>
    public Task WhenSavedAsync()
    {
        lock (_lock)
            return _saving;
    }

    private static string NameOf(string source, int edition) => edition == 1 ? source : string.Create(CultureInfo.InvariantCulture, $"{source}#{edition}");

    private async Task SaveAsync(CancellationToken cancel)
    {
        while (true)
        {
            (long Position, Func<Task> Then) now;
            lock (_lock)
            {
                if (_then is null)
                {
                    // Whoever comes after this begins anew.
                    _saving = Task.CompletedTask;
                    return;
                }
                (now, _then) = ((_wanted, _then), null);
            }
            try
            {
                await log.AppendAsync(default, default, new SourcePosition(NameOf(source, edition), now.Position), cancel).ConfigureAwait(false);
                await now.Then().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is StoreUnavailableException or NatsException or OperationCanceledException)
            {
                // The next one says more than this one; without a next one, what is read again is recognised.
            }
        }
    }
}
