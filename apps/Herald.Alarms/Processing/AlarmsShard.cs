using System.Diagnostics;
using System.Globalization;
using System.Text.Unicode;
using Herald.Alarms.Messages;
using Herald.Alarms.Metrics;
using Herald.Alarms.Records;
using Herald.Alarms.Retention;
using Herald.Alarms.Users;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Subscriptions;

namespace Herald.Alarms.Processing;

/// <summary>Processes the changes and requests of the users of one shard.</summary>
/// <remarks>
/// A batch has these steps:
/// <list type="number">
/// <item>Load the state of its users.</item>
/// <item>Process its events in order, and create digests.</item>
/// <item>Forget users who are silent, a limited number at a time.</item>
/// <item>List the users that were heard.</item>
/// <item>Save everything.</item>
/// </list>
/// The shard's time is the latest acceptance time of its events and never goes back. So the effect of a change does not depend on how
/// events are divided into batches. The class remembers nothing between batches; its fields are reused memory.
/// </remarks>
internal sealed class AlarmsShard : IShardApplication
{
    private const int ChunksAtRest = 8;
    private static readonly TimeSpan ShortestTick = TimeSpan.FromSeconds(1), LongestTick = TimeSpan.FromMinutes(1);

    private readonly ShardId _shard;
    private readonly AlarmsOptions _options;
    private readonly AlarmsMetrics _metrics;
    private readonly Periods _periods;
    private readonly UserLists _lists;
    private readonly DigestWriter _digest;
    private readonly MessageParser _parser = new();
    private readonly TouchedUsers _users = new();
    private readonly ActivityIndex _book = new();
    private readonly List<AlarmEntry> _due = [];
    private readonly ByteWriter _buffer = new();
    private AlarmsTally _tally;

    public AlarmsShard(ShardId shard, AlarmsOptions options, AlarmsMetrics metrics)
    {
        (_shard, _options, _metrics) = (shard, options, metrics);
        _periods = new Periods(options.ForgetAfter);
        _lists = new UserLists(_periods);
        _digest = new DigestWriter(options.MaxDigestBytes);
        TickEvery = TimeSpan.FromSeconds(Math.Clamp(_periods.Seconds / 10.0, ShortestTick.TotalSeconds, LongestTick.TotalSeconds));
    }

    public TimeSpan TickEvery { get; }

    public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
    {
        _users.Clear();
        _tally = default;
        try
        {
            var events = batch.Events;
            var wantsDigests = Need(batch, events); // 1
            await batch.LoadAsync(cancel);
            var digests = wantsDigests ? await batch.TopicAsync(AlarmEvents.DigestTopic, cancel) : null;
            _tally.ListsDamaged += _book.Fill(batch.Get(ActivityIndex.Key)) ? 0 : 1;
            for (var i = 0; i < events.Count; i++) // 2
            {
                _book.Advance(_periods.Of(events[i].View.AcceptedAtMs));
                Take(batch, events[i], _book.Now, digests);
            }
            var now = events.Count > 0 ? _book.Now : _periods.Of(batch.NowMs);
            // With events, read as many chunks as the events can add. So the lists stay bounded, and events wait little.
            var chunks = events.Count == 0 ? ChunksAtRest : 1 + (events.Count / ActivityChunk.MostUsers);
            _tally.AlarmsForgotten += await _lists.ForgetSilentAsync(batch, _book, _users, now, chunks, cancel); // 3
            await _lists.ListHeardAsync(batch, _book, _users, cancel); // 4
            _tally.ListsDamaged += _lists.TakeDamaged();
            Save(batch); // 5
            _metrics.Count(_tally);
        }
        finally
        {
            _users.Clear();
        }
    }

    /// <returns>Whether the batch can create a digest.</returns>
    private static bool Need(ApplicationBatch batch, IReadOnlyList<ApplicationEvent> events)
    {
        var wantsDigests = false;
        batch.Need(ActivityIndex.Key);
        for (var i = 0; i < events.Count; i++)
        {
            var view = events[i].View;
            if (view.Key.Length > MessageParser.LongestId)
                continue;
            TouchedUsers.Need(view.Key, batch);
            wantsDigests |= view.Type.SequenceEqual(AlarmEvents.SendDigestUtf8);
        }
        return wantsDigests;
    }

    private void Take(ApplicationBatch batch, in ApplicationEvent one, long now, Topic? digests)
    {
        var view = one.View;
        string? refusal;
        if (view.Type.SequenceEqual(AlarmEvents.StatusChangedUtf8))
        {
            refusal = _parser.ReadChange(view.Payload.Span, out var change) ?? CheckKey(view, change.User) ?? Take(batch, change, now);
        }
        else if (view.Type.SequenceEqual(AlarmEvents.SendDigestUtf8))
        {
            refusal = _parser.ReadRequest(view.Payload.Span, out var request) ?? CheckKey(view, request.User);
            if (refusal is null)
                Answer(batch, one.Sequence, request, now, digests!);
        }
        else
        {
            refusal = $"type = '{Printable.Of(view.Type)}': Must be AlarmStatusChanged or SendAlarmDigest.";
        }
        if (refusal is null)
            return;
        _tally.Refused++;
        batch.Reject(one.Sequence, refusal);
    }

    private string? Take(ApplicationBatch batch, in StatusChange change, long now)
    {
        var alarms = _users.Of(change.User, batch).Alarms;
        _tally.AlarmsForgotten += alarms.Hear(now, _periods);
        var taken = alarms.Take(change, now, _options.MaxAlarmsPerUser);
        switch (taken)
        {
            case ChangeOutcome.NoRoom:
                return $"AlarmID = '{Printable.Of(change.Alarm)}': The user already has {_options.MaxAlarmsPerUser} active alarms, "
                    + "which is the limit (alarms.maxAlarmsPerUser).";
            case ChangeOutcome.Older:
                _tally.Older++;
                return null;
            case ChangeOutcome.Yes:
                _tally.Taken++;
                return null;
            default:
                throw new UnreachableException($"{taken}");
        }
    }

    private void Answer(ApplicationBatch batch, long sequence, in DigestRequest request, long now, Topic digests)
    {
        var alarms = _users.Of(request.User, batch).Alarms;
        _tally.AlarmsForgotten += alarms.Hear(now, _periods);
        _due.Clear();
        alarms.TakeDue(_due);
        if (_due.Count == 0)
            _tally.NothingDue++;
        if (_due.Count == 0 && !_options.EmptyDigest)
            return;
        _digest.Begin(request.User, _due);
        Span<byte> id = stackalloc byte[64];
        for (var part = 1; _digest.TryTake(out var payload); part++)
        {
            Utf8.TryWrite(id, CultureInfo.InvariantCulture, $"{_shard.Value}-{sequence}", out var length);
            if (!_digest.IsWhole)
            {
                Utf8.TryWrite(id[length..], CultureInfo.InvariantCulture, $"-{part}", out var more);
                length += more;
            }
            batch.Emit(digests, new EventDraft
            {
                Id = id[..length],
                HasId = true,
                Key = request.User,
                HasKey = true,
                Type = AlarmEvents.DigestUtf8,
                ContentType = "application/json"u8,
                Payload = payload,
            });
            _tally.Digests++;
        }
        _tally.Entries += _due.Count;
    }

    private void Save(ApplicationBatch batch)
    {
        _users.Save(batch);
        _tally.UsersForgotten += _users.All.Count(user => user.WasThere && user.Alarms.Count == 0);
        if (_book.IsChanged)
            batch.Set(ActivityIndex.Key, _book.Encode(_buffer));
    }

    // Only an event published by hand can fail here. With another key it would be in another shard, in no order with the user's messages.
    private static string? CheckKey(EventView view, ReadOnlySpan<byte> user) =>
        view.Key.SequenceEqual(user)
            ? null
            : $"key = '{Printable.Of(view.Key)}': Must be the UserID of the message, which is '{Printable.Of(user)}'.";
}
