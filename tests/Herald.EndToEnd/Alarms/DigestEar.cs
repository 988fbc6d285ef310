using System.Text;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.EndToEnd.Alarms;

/// <summary>A NATS connection that receives digests as they are sent, like any subscriber.</summary>
internal sealed class DigestEar : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<(string User, string Text)> _heard = [];
    private readonly NatsSubscription _digests;
    private readonly Task _hearing;

    private DigestEar(ClusterConnection connection)
    {
        Connection = connection;
        _digests = connection.Subscribe("AlarmDigest");
        _hearing = HearAsync();
    }

    public ClusterConnection Connection { get; }

    public int Count
    {
        get
        {
            lock (_lock)
                return _heard.Count;
        }
    }

    public static async Task<DigestEar> ListenAsync(string url, CancellationToken cancel)
    {
        var connection = ClusterConnection.Begin(new ConnectionOptions { Servers = ServerAddress.ParseAll(url)!, Name = "test" }, TimeProvider.System, NullLogger.Instance);
        await connection.WhenConnectedAsync(cancel).WaitAsync(Patience, TimeProvider.System, cancel);
        var ear = new DigestEar(connection);
        await connection.FlushAsync(cancel);
        return ear;
    }

    /// <summary>The digests of a user in the order in which they came.</summary>
    public IReadOnlyList<string> Of(string user)
    {
        lock (_lock)
            return [.. _heard.Where(digest => digest.User == user).Select(digest => digest.Text)];
    }

    public Task UntilAsync(long count, CancellationToken cancel) => Wait.UntilAsync(() => Count >= count, Patience, () => $"{Count} digests of {count} have come.", cancel);

    public async ValueTask DisposeAsync()
    {
        await _digests.DisposeAsync();
        await _hearing;
        await Connection.DisposeAsync();
    }

    private async Task HearAsync()
    {
        await foreach (var message in _digests.ReadAllAsync(CancellationToken.None))
        {
            lock (_lock)
                _heard.Add((Digest.UserOf(message.Payload), Encoding.UTF8.GetString(message.Payload.Span)));
        }
    }
}
