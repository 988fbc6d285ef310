using Herald.Engine.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Sending;

/// <summary>
/// Warns about subscriptions whose endpoints no channel of this node serves: the store was opened by a program without the channel, or
/// without its settings. It logs one line for each scheme and repeats it every ten minutes while such attempts occur.
/// </summary>
internal sealed class MissingChannels(ILogger logger, TimeProvider time)
{
    private const int MostSchemes = 100;
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _toldAt = [];

    public static string Describe(Endpoint endpoint) => $"a channel for {endpoint.Address.Scheme}:// endpoints";

    public void Met(Subscription subscription)
    {
        var scheme = subscription.Endpoint.Address.Scheme;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_toldAt.TryGetValue(scheme, out var toldAt) ? time.GetElapsedTime(toldAt, now) < Again : _toldAt.Count >= MostSchemes)
                return;
            _toldAt[scheme] = now;
        }
        logger.LogWarning(
            "This node has no channel for {Scheme}:// endpoints. Deliveries of subscription {Subscription}, and of others with such endpoints, wait "
            + "here and use no attempts. They continue "
            + "when the node is restarted with the settings of that channel, or when the subscription gets another endpoint.", scheme,
            subscription.FullId);
    }
}
