using System.Buffers;
using System.Text;
using System.Text.Json;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Subscriptions;
using Herald.Notifications.Doors;
using Herald.Notifications.Posts;
using Herald.Notifications.Processing;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Tests.Running;

/// <summary>
/// The simplest application that keeps the rows of posts and sends messages, so that the addresses and the subscriptions can be tried
/// without the real one: no recipients, no timers, no templates.
/// </summary>
internal sealed class SketchApplication(NotificationsOptions options, BlockTables tables) : IApplication
{
    public string Name => "notifications";

    public string Topic => "notifications";

    public IShardApplication Begin(ShardId shard) => new Shard(new StatusBook(shard, tables, options.KeepFor, new UInt128(1, 2)), options);

    private sealed class Shard(StatusBook book, NotificationsOptions options) : IShardApplication
    {
        public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            book.Begin(batch);
            foreach (var one in batch.Events)
                book.Need(Guid.Parse(one.View.KeyText!));
            await book.LoadAsync(cancel);
            var sends = await batch.TopicAsync("notification-sends", cancel);
            foreach (var one in batch.Events)
            {
                var uuid = Guid.Parse(one.View.KeyText!);
                using var json = JsonDocument.Parse(one.View.Payload);
                if (one.View.TypeText != "post")
                {
                    if (book.Find(uuid) is { } row)
                        book.Change(Apply(row, one.View, json.RootElement));
                }
                else if (book.Find(uuid) is null)
                {
                    var row = AcceptedPost.ToRow(uuid, one.View, destination => options.Destinations[PostNames.CanonicalOf(destination)].External);
                    book.Add(row);
                    Send(batch, sends, row, json.RootElement.GetProperty("txt").GetString()!);
                }
            }
            await book.SaveAsync(cancel);
        }

        private void Send(ApplicationBatch batch, Topic sends, Row row, string text)
        {
            var name = PostNames.CanonicalOf(row.Destination);
            var message = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(message))
            {
                writer.WriteStartObject();
                writer.WriteString("uuid", $"{row.Uuid:D}");
                writer.WriteString("destination", PostNames.Of(row.Destination));
                writer.WriteString("txt", text);
                if ((row.Recipient ?? options.Destinations[name].DefaultTo) is { } to)
                    writer.WriteString("to", to);
                writer.WriteEndObject();
            }
            var attributes = new AttributeBuffer();
            Assert.Null(attributes.Add("destination"u8, Encoding.UTF8.GetBytes(name)));
            Assert.Null(attributes.Add("priority"u8, "normal"u8));
            var key = Encoding.UTF8.GetBytes($"{row.Uuid:D}");
            batch.Emit(sends, new EventDraft
            {
                Id = key,
                HasId = true,
                Key = key,
                HasKey = true,
                Type = "message"u8,
                Payload = message.WrittenSpan,
                Attributes = attributes,
            });
        }

        private static Row Apply(Row row, EventView view, JsonElement fields)
        {
            var before = new RowFacts
            {
                Status = row.Status,
                IsExternal = row.IsExternal,
                SettledAtMs = row.SettledAtMs,
                HandedOverAtMs = row.HandedOverAtMs,
                DeadLetter = row.DeadLetter,
            };
            var after = StatusRules.Apply(before, FactOf(view, fields));
            return row with
            {
                Status = after.Status,
                SettledAtMs = after.SettledAtMs,
                HandedOverAtMs = after.HandedOverAtMs,
                Reason = after.Reason,
                LastWords = after.LastWords,
                Attempts = after.Attempts,
                FirstAttemptAtMs = after.FirstAttemptAtMs,
                DeadLetter = after.DeadLetter,
            };
        }

        private static Fact FactOf(EventView view, JsonElement fields) => view.TypeText == "result"
            ? new Fact.Resulted(TextOf(fields, "status") == "PROCESSED", TextOf(fields, "detail"), view.AcceptedAtMs)
            : new Fact.Reported(Enum.Parse<ReportedKind>(view.TypeText!, ignoreCase: true), view.AcceptedAtMs)
            {
                Reason = TextOf(fields, "reason"),
                LastWords = TextOf(fields, "answer") is { Length: > 0 } answer ? answer : TextOf(fields, "detail"),
                Attempts = fields.GetProperty("attempts").GetInt32(),
                FirstAttemptAtMs = view.AcceptedAtMs,
                DeadLetter = DeadLetterActions.TryParse(TextOf(fields, "deadLetter") ?? "", out var id) ? id : null,
            };

        private static string? TextOf(JsonElement fields, string name) =>
            fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
