using System.Collections.Concurrent;
using System.Text.Json;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Notifications.Doors;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Tests.Running;

/// <summary>The simplest application that takes what callers say about recipients, and shows it. It forgets all when the server ends.</summary>
internal sealed class SketchRecipients : IApplication, IRecipientView
{
    private static readonly Dictionary<Destination, IRecipientCheck> NoChecks = [];

    private readonly ConcurrentDictionary<string, RecipientRecord> _records = new();
    private readonly ConcurrentDictionary<string, Suppression> _suppressed = new();

    public string Name => "notification-recipients";

    public string Topic => "notification-recipients";

    public IShardApplication Begin(ShardId shard) => new Shard(this);

    public ValueTask<RecipientRecord?> FindRecordAsync(RecipientKey recipient, CancellationToken cancel) =>
        new(_records.GetValueOrDefault(recipient.Text));

    public ValueTask<Suppression?> FindSuppressionAsync(RecipientKey recipient, CancellationToken cancel) =>
        new(_suppressed.GetValueOrDefault(recipient.Text));

    public ValueTask<(IReadOnlyList<Suppression> Items, string? NextCursor)?> SuppressionsAsync(
        int limit, string? cursor, CancellationToken cancel)
    {
        if (cursor is not null && !cursor.Contains(':', StringComparison.Ordinal))
            return new(((IReadOnlyList<Suppression>, string?)?)null);
        var all = _suppressed.Values.OrderBy(one => one.Recipient, StringComparer.Ordinal)
            .Where(one => cursor is null || string.CompareOrdinal(one.Recipient, cursor) > 0).Take(limit + 1).ToList();
        return new((all.Take(limit).ToList(), all.Count > limit ? all[limit - 1].Recipient : null));
    }

    private void Take(EventView view)
    {
        var (key, _) = RecipientKey.Parse(view.KeyText!);
        Assert.NotNull(key);
        Assert.Equal(view.KeyText, key.Text);
        using var json = JsonDocument.Parse(view.Payload);
        var fields = json.RootElement;
        switch (view.TypeText)
        {
            case "record" when fields.EnumerateObject().Any():
                _records[key.Text] = RecipientRecordReader.Read(view.Payload, key, NoChecks).Record!;
                break;
            case "record":
                _records.TryRemove(key.Text, out _);
                break;
            case "suppress":
                Assert.True(TimeText.TryParse(fields.GetProperty("at").GetString()!, out var at));
                var reason = SuppressionText.Find(fields.GetProperty("reason").GetString()!)!.Value;
                _suppressed[key.Text] = new(key.Text, reason, at.ToUnixTimeMilliseconds(), fields.GetProperty("by").GetString()!);
                break;
            case "allow":
                _suppressed.TryRemove(key.Text, out _);
                break;
            default:
                throw new InvalidOperationException(view.TypeText);
        }
    }

    private sealed class Shard(SketchRecipients all) : IShardApplication
    {
        public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

        public ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            foreach (var one in batch.Events)
                all.Take(one.View);
            return ValueTask.CompletedTask;
        }
    }
}
