using Herald.Engine.Applications;
using Herald.Engine.Subscriptions;
using Herald.Messages;
using Herald.Notifications.Metrics;
using Herald.Notifications.Posts;
using Herald.Notifications.Processing;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Recipients;

/// <summary>
/// The recipients of one shard: it answers whether a notification goes to a recipient now, later or never, and keeps those that wait.
/// </summary>
internal sealed class RecipientsShard(
    NotificationsOptions options, StageRules rules, NotificationsMetrics metrics, ILogger logger) : IShardApplication
{
    public const string NotConfigured = Outgoing.NotConfigured, Damaged = "damaged";

    private const int MostDues = 1000, DuesAtOnce = 64;
    private const long MostBytes = 4 << 20;

    private readonly RecipientBook _book = new();
    private readonly DueList _dues = new(lost => logger.LogError("Notifications that waited for their recipients are lost: {Lost}", lost));
    private readonly List<Due> _newDues = [];
    private ApplicationBatch _batch = null!;
    private Topic _notifications = null!, _sends = null!, _recipients = null!;
    private long _emittedBytes;

    public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

    /// <summary>What is due is sent, however many events wait.</summary>
    public bool TicksUnderBacklog => true;

    public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
    {
        // 1. Read the events, and load what is known of their recipients.
        (_batch, _emittedBytes) = (batch, 0);
        _newDues.Clear();
        _book.Begin(batch);
        _dues.Begin(batch);
        var inputs = Read(batch.Events);
        foreach (var input in inputs)
            Need(input);
        await batch.LoadAsync(cancel);
        StandStill.UnlessReadable(_dues);
        _notifications = await batch.TopicAsync(NotificationEvents.Topic, cancel);
        _sends = await batch.TopicAsync(NotificationEvents.SendsTopic, cancel);
        _recipients = await batch.TopicAsync(NotificationEvents.RecipientsTopic, cancel);

        // 2. Each event, in the order of the log.
        foreach (var input in inputs)
            await OnInputAsync(input, cancel);

        // 3. What has waited long enough.
        if (batch.Events.Count == 0)
            await TakeDuesAsync(cancel);

        // 4. Save.
        await _dues.AddAsync(_newDues, cancel);
        _dues.Save();
        if (_dues.NextAtMs is { } next)
            batch.TickBy(next);
    }

    private List<RecipientInput> Read(IReadOnlyList<ApplicationEvent> events)
    {
        var inputs = new List<RecipientInput>(events.Count);
        foreach (var one in events)
        {
            try
            {
                inputs.Add(RecipientInput.Read(one.View));
            }
            catch (InvalidDataException broken)
            {
                _batch.Reject(one.Sequence, broken.Message);
            }
        }
        return inputs;
    }

    private void Need(RecipientInput input)
    {
        _book.Need(input.Recipient);
        if (input is RecipientInput.Asked { Ask.Ask: var ask })
            _book.Need(ask.For, ask.Destination);
    }

    private async ValueTask OnInputAsync(RecipientInput input, CancellationToken cancel)
    {
        switch (input)
        {
            case RecipientInput.Asked asked:
                Judge(asked.Ask, hasWaited: false);
                break;
            case RecipientInput.Recorded recorded:
                _book.SetRecord(recorded.Recipient, recorded.Value);
                break;
            case RecipientInput.Suppressed { Of: { } destination } gone when gone.Recipient.IsPerson:
                SuppressAddress(gone, destination);
                break;
            case RecipientInput.Suppressed suppressed:
                await _book.SuppressAsync(suppressed.Recipient, suppressed.Why, cancel);
                break;
            case RecipientInput.Allowed allowed:
                await _book.AllowAsync(allowed.Recipient, cancel);
                break;
        }
    }

    /// <summary>A channel has learned that the address of a person is gone. The address is suppressed, not the person.</summary>
    private void SuppressAddress(RecipientInput.Suppressed gone, Destination destination)
    {
        try
        {
            if (_book.RecordOf(gone.Recipient)?.AddressOf(destination) is not { } to)
                return;
            var address = RecipientKey.OfAddress(destination, to);
            Emitter.ToRecipient(
                _batch, _recipients, address, NotificationEvents.Suppress, SuppressPayload.Of(gone.Why.Reason, gone.Why.By, gone.Why.SinceMs));
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("The record of recipient {Recipient} cannot be read: {Damage}", gone.Recipient, damage.Message);
        }
    }

    /// <param name="hasWaited">The status says that it waits, and is told that it does not any more.</param>
    private void Judge(AskPayload payload, bool hasWaited)
    {
        var ask = payload.Ask;
        if (!options.Destinations.ContainsKey(PostNames.CanonicalOf(ask.Destination)))
        {
            Tell(ask, JudgedKind.Dropped, NotConfigured);
            return;
        }
        Decision decision;
        RecipientState state;
        try
        {
            state = _book.StateOf(ask.For, ask.Destination);
            decision = Stage.Decide(ask, state, rules, _batch.NowMs);
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("What is stored of recipient {Recipient} cannot be read: {Damage}", ask.For, damage.Message);
            Tell(ask, JudgedKind.Dropped, Damaged);
            return;
        }
        switch (decision)
        {
            case Decision.Send send:
                SetWindow(ask, state.Window, send.Window);
                _emittedBytes += payload.Message.Length;
                Emitter.Send(_batch, _sends, ask.Uuid, ask.Destination, ask.IsHigh, payload.Message.Span, default);
                metrics.Judged("sent");
                if (hasWaited)
                    Tell(ask, JudgedKind.Sent, null);
                break;
            case Decision.WaitUntil wait:
                SetWindow(ask, state.Window, wait.Window);
                var number = _book.NextNumber();
                var waiting = payload with { Ask = ask with { HasTurn = wait.HasTurn } };
                _batch.Set(RecipientKeys.Waiting(number), waiting.ToBytes());
                _newDues.Add(new Due(wait.AtMs, number << 1));
                metrics.Judged("waits");
                Tell(ask, JudgedKind.Waits, StageReasons.Of(wait.Reason), wait.AtMs);
                break;
            case Decision.Drop drop:
                metrics.Judged("dropped");
                Tell(ask, JudgedKind.Dropped, StageReasons.Of(drop.Reason));
                break;
            case Decision.AskAddress next:
                if (hasWaited)
                    Tell(ask, JudgedKind.Sent, null);
                var sentOn = new AskPayload(
                    ask with { For = next.Key, IsSentOn = true, HasTurn = false, Quiet = next.Quiet }, AskPayload.WithTo(payload.Message, next.To));
                var bytes = sentOn.ToBytes();
                _emittedBytes += bytes.Length;
                Emitter.ToRecipient(_batch, _recipients, next.Key, NotificationEvents.Ask, bytes);
                break;
        }
    }

    private void SetWindow(Ask ask, RateWindow before, RateWindow after)
    {
        if (ReferenceEquals(before, after))
            return;
        _book.SetWindow(ask.For, ask.Destination, after);
        if (before.Count == 0 && rules.LimitOf(ask.Destination) is { } limit && after.OverAtMs(limit) is { } over)
            ForgetLater(RecipientKeys.Window(ask.For, ask.Destination), over);
    }

    private void ForgetLater(byte[] window, long overMs)
    {
        var number = _book.NextNumber();
        _batch.Set(RecipientKeys.WindowOf(number), window);
        _newDues.Add(new Due(overMs, (number << 1) | 1));
    }

    private async ValueTask TakeDuesAsync(CancellationToken cancel)
    {
        for (var taken = 0; taken < MostDues && _emittedBytes < MostBytes;)
        {
            var dues = await _dues.TakeAsync(_batch.NowMs, DuesAtOnce, cancel);
            if (dues.Count == 0)
                return;
            taken += dues.Count;
            var asks = await AsksAsync(dues, cancel);
            var windows = await WindowsAsync(dues, cancel);
            foreach (var ask in asks)
                Judge(ask, hasWaited: true);
            foreach (var window in windows)
                ForgetWindow(window);
        }
    }

    private async ValueTask<List<AskPayload>> AsksAsync(IReadOnlyList<Due> dues, CancellationToken cancel)
    {
        var keys = dues.Where(due => (due.Item & 1) == 0).Select(due => RecipientKeys.Waiting(due.Item >> 1)).ToList();
        foreach (var key in keys)
            _batch.Need(key);
        await _batch.LoadAsync(cancel);
        var asks = new List<AskPayload>(keys.Count);
        foreach (var key in keys)
        {
            try
            {
                if (_batch.Get(key) is { } value)
                    asks.Add(AskPayload.Read(value));
                _batch.Set(key, null);
            }
            catch (InvalidDataException damage)
            {
                logger.LogError("A notification that waited for its recipient is damaged, and is lost: {Damage}", damage.Message);
                _batch.Set(key, null);
            }
        }
        foreach (var one in asks)
        {
            _book.Need(one.Ask.For);
            _book.Need(one.Ask.For, one.Ask.Destination);
        }
        await _batch.LoadAsync(cancel);
        return asks;
    }

    private async ValueTask<List<byte[]>> WindowsAsync(IReadOnlyList<Due> dues, CancellationToken cancel)
    {
        var keys = dues.Where(due => (due.Item & 1) != 0).Select(due => RecipientKeys.WindowOf(due.Item >> 1)).ToList();
        foreach (var key in keys)
            _batch.Need(key);
        await _batch.LoadAsync(cancel);
        var windows = new List<byte[]>(keys.Count);
        foreach (var key in keys)
        {
            if (Readable(key) is not { Length: > 0 } window)
                continue;
            _batch.Set(key, null);
            windows.Add(window.ToArray());
            _batch.Need(windows[^1]);
        }
        await _batch.LoadAsync(cancel);
        return windows;
    }

    /// <summary>Removes a window that is of no use any more. One with later turns is looked at again after the last of them.</summary>
    private void ForgetWindow(byte[] key)
    {
        if (Readable(key) is not { } value)
            return;
        // A limit that was taken out of the settings needs no turns.
        if (rules.LimitOf(RecipientKeys.DestinationOf(key)) is not { } limit || Read(value) is not { } window
            || window.Forget(limit, _batch.NowMs) is not { Count: > 0 } rest || rest.OverAtMs(limit) is not { } over)
        {
            _batch.Set(key, null);
            return;
        }
        ForgetLater(key, over);
    }

    /// <summary>Null for a value that is damaged too.</summary>
    private ReadOnlyMemory<byte>? Readable(byte[] key)
    {
        try
        {
            return _batch.Get(key);
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("A timer of a limit cannot be read: {Damage}", damage.Message);
            _batch.Set(key, null);
            return null;
        }
    }

    private static RateWindow? Read(ReadOnlyMemory<byte> value)
    {
        try
        {
            return RateWindow.Read(value.Span);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private void Tell(Ask ask, JudgedKind kind, string? reason, long? untilMs = null) => Emitter.ToNotification(
        _batch, _notifications, ask.Uuid, NotificationEvents.Verdict, new StageVerdict(ask.Uuid, kind, reason, untilMs, _batch.NowMs).ToBytes());
}
