using System.Globalization;
using Herald.Brokers.Sinks;
using Herald.Engine.Stores;

namespace Herald.Nats.Sources;

/// <summary>
/// How far a stream has been read, in Herald's own store. A position is saved after the messages before it are durable. No caller waits for
/// that, and of several positions only the last one is saved. When it lags, messages are read again, and recognised.
/// </summary>
/// <param name="next">The sequence to read first.</param>
internal sealed class StreamPosition(ISourcePositions positions, string source, int edition, long next)
{
    private readonly Lock _lock = new();
    private Func<Task>? _then;
    private long _wanted;
    private Task _saving = Task.CompletedTask;

    /// <summary>The name under which the position is saved.</summary>
    public string Name { get; } = NameOf(source, edition);

    /// <summary>The position when it was read.</summary>
    public long Next => next;

    /// <param name="source">
    /// Contains the stream's name and time of creation, so a stream that is deleted and created again is read from its beginning.
    /// </param>
    /// <param name="sink">If it has saved a position, that one counts.</param>
    /// <exception cref="StoreUnavailableException">The position cannot be read now.</exception>
    public static async ValueTask<StreamPosition> ReadAsync(
        ISourcePositions positions, IMessageSink sink, string source, CancellationToken cancel)
    {
        var found = new StreamPosition(positions, source, 1, 1);
        for (var edition = 1; await FindAsync(NameOf(source, edition)).ConfigureAwait(false) is { } position; edition++)
            found = new(positions, source, edition, position);
        return found;

        async ValueTask<long?> FindAsync(string name) =>
            await sink.FindPositionAsync(name, cancel).ConfigureAwait(false)
                ?? await positions.ReadSourcePositionAsync(name, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// A new position at the stream's beginning, for a stream that has lost messages. It has another name, because positions never fall.
    /// </summary>
    public StreamPosition Again() => new(positions, source, edition + 1, 1);

    /// <param name="then">Called when it is saved.</param>
    /// <param name="cancel">The same token in all calls.</param>
    public void Save(long position, Func<Task> then, CancellationToken cancel)
    {
        lock (_lock)
        {
            (_wanted, _then) = (Math.Max(_wanted, position), then);
            if (_saving.IsCompleted)
                _saving = Task.Run(() => SaveAsync(cancel), CancellationToken.None);
        }
    }

    /// <summary>Completes when there is nothing to save, or saving has failed.</summary>
    public Task WhenSavedAsync()
    {
        lock (_lock)
            return _saving;
    }

    private static string NameOf(string source, int edition) =>
        edition == 1 ? source : string.Create(CultureInfo.InvariantCulture, $"{source}#{edition}");

    private async Task SaveAsync(CancellationToken cancel)
    {
        while (true)
        {
            (long Position, Func<Task> Then) now;
            lock (_lock)
            {
                if (_then is null)
                {
                    // The next call starts another task.
                    _saving = Task.CompletedTask;
                    return;
                }
                (now, _then) = ((_wanted, _then), null);
            }
            try
            {
                await positions.SaveSourcePositionAsync(new SourcePosition(Name, now.Position), cancel).ConfigureAwait(false);
                await now.Then().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is StoreUnavailableException or NatsException or OperationCanceledException)
            {
                // The next position replaces this one. Without a next one, messages are read again, and recognised.
            }
        }
    }
}
