using System.Security.Cryptography;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Notifications.Metrics;
using Herald.Notifications.Posts;
using Herald.Notifications.Statuses;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Processing;

/// <summary>
/// Keeps the status of each uuid, and hands each notification on once: to a channel, or first to the rules of its recipient.
/// </summary>
internal sealed class NotificationsApplication(
    NotificationsOptions options, PostRules rules, BlockTables tables, NotificationsMetrics metrics, ILogger logger) : IApplication
{
    public const string StateName = "notifications";

    public string Name => StateName;

    public string Topic => NotificationEvents.Topic;

    public IShardApplication Begin(ShardId shard) => new NotificationsShard(
        new StatusBook(shard, tables, options.KeepFor, NewSeed()), options, new OutgoingWriter(options, rules), metrics, logger);

    private static UInt128 NewSeed()
    {
        Span<byte> seed = stackalloc byte[16];
        RandomNumberGenerator.Fill(seed);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(seed);
    }
}
