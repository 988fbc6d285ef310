using System.Buffers.Binary;
using Herald.Engine.Applications;
using Herald.Engine.Subscriptions;
using Herald.Notifications.Doors;
using Herald.Notifications.Metrics;
using Herald.Notifications.Posts;
using Herald.Notifications.Statuses;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Processing;

/// <summary>
/// The notifications of one shard. The log is read in order and by one owner, and the row of a uuid is saved with what is made of it and
/// with the position. So a uuid that is found again, wherever it came from, has no second effect.
/// </summary>
internal sealed class NotificationsShard(
    StatusBook book, NotificationsOptions options, OutgoingWriter writer, NotificationsMetrics metrics, ILogger logger) : IShardApplication
{
    public const string NotBefore = "not-before", Settings = "settings";

    /// <summary>A dated post that lacks a setting is tried again this often, for so long after its time. Then it fails.</summary>
    private const long SettingsEveryMs = 60_000, SettingsGraceMs = 3_600_000;


    private const int MostDues = 1000, DuesAtOnce = 64;
    private const long MostBytes = 4 << 20;

    /// <summary>An attempt that began before the time was up ends in this time, and its result then comes first.</summary>
    private const long ExpiryGraceMs = 60_000;

    private readonly DueList _dues = new(lost => logger.LogError("Notifications may stay NOT_PROCESSED: {Lost}", lost));
    private readonly List<Due> _newDues = [];
    private ApplicationBatch _batch = null!;
    private Topic _sends = null!, _recipients = null!;
    private long _emittedBytes;

    public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

    /// <summary>What is due is sent, however many events wait.</summary>
    public bool TicksUnderBacklog => true;

    public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
    {
        // 1. Read the events, and load what is known of their uuids.
        (_batch, _emittedBytes) = (batch, 0);
        _newDues.Clear();
        book.Begin(batch);
        _dues.Begin(batch);
        try
        {
            await book.OpenAsync(cancel);
        }
        catch (InvalidDataException damage)
        {
            throw StandStill.Because(damage);
        }
        StandStill.UnlessReadable(_dues);
        var inputs = Read(batch.Events);
        foreach (var (_, input) in inputs)
            book.Need(input.Uuid);
        await book.LoadAsync(cancel);
        _sends = await batch.TopicAsync(NotificationEvents.SendsTopic, cancel);
        _recipients = await batch.TopicAsync(NotificationEvents.RecipientsTopic, cancel);

        // 2. Each event, in the order of the log.
        foreach (var (one, input) in inputs)
        {
            if (input is Input.Posted posted)
                OnPost(one, posted.Post);
            else if (input is Input.Happened happened)
                OnFact(happened);
        }

        // 3. What is due, and what is old.
        var isMore = false;
        if (batch.Events.Count == 0)
        {
            await TakeDuesAsync(cancel);
            isMore = await ForgetAsync(cancel);
        }

        // 4. Save.
        await _dues.AddAsync(_newDues, cancel);
        _dues.Save();
        await book.SaveAsync(cancel);
        if (isMore)
            batch.TickBy(batch.NowMs);
        else if (_dues.NextAtMs is { } next)
            batch.TickBy(next);
    }

    /// <summary>Old rows that cannot be read stay. They must not keep others from being sent.</summary>
    private async ValueTask<bool> ForgetAsync(CancellationToken cancel)
    {
        try
        {
            var isMore = await book.ForgetOneAsync(_batch.NowMs, cancel);
            if (isMore)
                metrics.Forgotten();
            return isMore;
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("Old notifications cannot be forgotten: {Damage}", damage.Message);
            return false;
        }
    }

    private List<(ApplicationEvent Event, Input Input)> Read(IReadOnlyList<ApplicationEvent> events)
    {
        var inputs = new List<(ApplicationEvent, Input)>(events.Count);
        foreach (var one in events)
        {
            try
            {
                inputs.Add((one, Input.Read(one.View)));
            }
            catch (InvalidDataException broken)
            {
                _batch.Reject(one.Sequence, broken.Message);
            }
        }
        return inputs;
    }

    private void OnPost(in ApplicationEvent one, Post post)
    {
        var row = AcceptedPost.ToRow(post, one.View, IsExternal);
        if (book.Find(post.Uuid) is { } known)
        {
            OnKnown(one.Sequence, known, row);
            return;
        }
        metrics.Taken("new");
        if (row.ExpiresMs <= _batch.NowMs)
        {
            book.Add(Settle(row, NotificationStatus.Expired, null, null));
            return;
        }
        if (row.NotBeforeMs > _batch.NowMs)
        {
            var waiting = book.Add(row with { Waits = NotBefore });
            _batch.Set(ContentKey(waiting), one.View.Payload.ToArray());
            _newDues.Add(new Due(row.NotBeforeMs.Value, BeginOf(waiting)));
            ExpireLater(waiting, row);
            return;
        }
        var outgoing = Compose(post, one.View.TimeMs);
        row = outgoing.Failure is { } failure ? Settle(row, NotificationStatus.Failed, failure.Reason, failure.Words) : row;
        var number = book.Add(row);
        if (outgoing.Failure is null)
        {
            Emit(post, outgoing, one.View.Trace);
            ExpireLater(number, row);
        }
    }

    private void OnKnown(long sequence, Row known, Row posted)
    {
        if (known.Content == posted.Content)
        {
            metrics.Taken("repeated");
            return;
        }
        metrics.Taken("conflict");
        book.Change(known with { Conflicts = known.Conflicts + 1 });
        _batch.Reject(
            sequence,
            $"payload/uuid = '{known.Uuid:D}': conflict: another notification has this uuid. Give each notification a uuid of its own.");
    }

    private void OnFact(Input.Happened happened)
    {
        if (book.Find(happened.Uuid) is not { } row)
        {
            metrics.Unknown();
            return;
        }
        var after = RowRules.Apply(row, happened.Fact);
        if (!ReferenceEquals(after, row))
            Change(row, after);
        if (happened.IsRecipientGone && options.Recipients && GoneRecipient.Of(row) is { } recipient)
        {
            var why = GoneRecipient.PayloadOf(row, happened.Fact.AtMs);
            Emitter.ToRecipient(_batch, _recipients, recipient, NotificationEvents.Suppress, why);
        }
    }

    private async ValueTask TakeDuesAsync(CancellationToken cancel)
    {
        for (var taken = 0; taken < MostDues && _emittedBytes < MostBytes;)
        {
            var dues = await _dues.TakeAsync(_batch.NowMs, DuesAtOnce, cancel);
            if (dues.Count == 0)
                return;
            taken += dues.Count;
            await LoadAsync(dues, cancel);
            foreach (var due in dues)
            {
                if (IsBegin(due))
                    OnBegin(due);
                else if (book.At(RowOf(due)) is { } row && RowRules.Apply(row, new Fact.TimeIsUp(_batch.NowMs)) is var after && !ReferenceEquals(after, row))
                    Change(row, after);
            }
        }
    }

    /// <summary>Loads the rows of timers. A page that is damaged costs its own rows.</summary>
    private async ValueTask LoadAsync(IReadOnlyList<Due> dues, CancellationToken cancel)
    {
        foreach (var due in dues.Where(IsBegin))
            _batch.Need(ContentKey(RowOf(due)));
        try
        {
            foreach (var due in dues)
                book.Need(RowOf(due));
            await book.LoadAsync(cancel);
        }
        catch (InvalidDataException)
        {
            foreach (var due in dues)
            {
                try
                {
                    book.Need(RowOf(due));
                    await book.LoadAsync(cancel);
                }
                catch (InvalidDataException damage)
                {
                    logger.LogError("A notification that is due has no readable status: {Damage}", damage.Message);
                }
            }
        }
    }

    private void OnBegin(Due due)
    {
        var number = RowOf(due);
        var row = book.At(number);
        Post? post;
        try
        {
            post = _batch.Get(ContentKey(number)) is { } content ? StoredPost.Read(content) : null;
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("Notification {Uuid:D}, which is due, cannot be read: {Damage}", row?.Uuid, damage.Message);
            _batch.Set(ContentKey(number), null);
            if (row is { Status: NotificationStatus.NotProcessed })
                Change(row, Settle(row with { Waits = null }, NotificationStatus.Failed, Recipients.RecipientsShard.Damaged, damage.Message));
            return;
        }
        if (post is null)
            return;
        if (row is { Status: not NotificationStatus.NotProcessed })
        {
            _batch.Set(ContentKey(number), null);
            return;
        }
        var outgoing = Compose(post, row?.AcceptedAtMs ?? due.AtMs);
        if (outgoing.LacksSetting && post.NotBeforeMs + SettingsGraceMs > _batch.NowMs)
        {
            logger.LogWarning("Notification {Uuid:D} is due and waits: {Lack}", post.Uuid, outgoing.Failure!.Value.Words);
            _newDues.Add(new Due(_batch.NowMs + SettingsEveryMs, due.Item));
            if (row is not null && row.Waits != Settings)
                Change(row, row with { Waits = Settings });
            return;
        }
        _batch.Set(ContentKey(number), null);
        metrics.Late(Math.Max(0, _batch.NowMs - due.AtMs) / 1000.0);
        if (row is not null)
        {
            var next = row with { Waits = null };
            Change(row, outgoing.Failure is { } failure ? Settle(next, NotificationStatus.Failed, failure.Reason, failure.Words) : next);
        }
        // Also without a readable status: it must not be lost.
        if (outgoing.Failure is null)
            Emit(post, outgoing, default);
    }

    private Outgoing Compose(Post post, long receivedMs)
    {
        try
        {
            return writer.Of(post, receivedMs);
        }
        catch (Exception defect)
        {
            logger.LogError(defect, "Notification {Uuid:D} cannot be sent, because of a defect of this server.", post.Uuid);
            return Outgoing.Fail(Outgoing.Defect, defect.Message);
        }
    }

    private void Emit(Post post, Outgoing outgoing, ReadOnlySpan<byte> trace)
    {
        _emittedBytes += outgoing.Payload.Length;
        var payload = outgoing.Payload.Span;
        if (outgoing.AskFor is { } recipient)
            Emitter.ToRecipient(_batch, _recipients, recipient, NotificationEvents.Ask, payload, trace);
        else
            Emitter.Send(_batch, _sends, post.Uuid, post.Destination, post.Priority == Messages.MessagePriority.High, payload, trace);
    }

    private void Change(Row before, Row after)
    {
        book.Change(after);
        if (after.Status != before.Status)
            metrics.Settled(after.Destination, StatusText.Of(after.Status));
    }

    private Row Settle(Row row, NotificationStatus status, string? reason, string? words)
    {
        metrics.Settled(row.Destination, StatusText.Of(status));
        return row with { Status = status, Reason = reason, LastWords = words, SettledAtMs = _batch.NowMs, Waits = null };
    }

    private void ExpireLater(long number, Row row)
    {
        if (row.ExpiresMs is { } end)
            _newDues.Add(new Due(end + ExpiryGraceMs, (number << 1) | 1));
    }

    private bool IsExternal(Messages.Destination destination) =>
        options.Destinations.TryGetValue(PostNames.CanonicalOf(destination), out var one) && one.External;

    private static long BeginOf(long row) => row << 1;

    private static bool IsBegin(Due due) => (due.Item & 1) == 0;

    private static long RowOf(Due due) => due.Item >> 1;

    /// <summary>The key of the content of a post that waits for its time.</summary>
    private static byte[] ContentKey(long row)
    {
        var key = new byte[1 + sizeof(long)];
        key[0] = (byte)'c';
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(1), row);
        return key;
    }
}
