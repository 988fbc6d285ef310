namespace Herald.Notifications.Recipients;

/// <summary>
/// Decides whether a notification may go to a recipient now, later or never. It is a pure function, and every ask has an answer.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>What has expired is dropped.</item>
/// <item>What is suppressed, or what the recipient does not wish, is dropped, also with high priority.</item>
/// <item>A person needs a record with an address for the destination. Outside of the quiet hours, the address is asked next.</item>
/// <item>High priority passes quiet hours and rates, and uses no turn.</item>
/// <item>An address has a rate. A turn in quiet hours would make all waiting ones come at their end, so turns are outside of them.</item>
/// </list>
/// </remarks>
internal static class Stage
{
    /// <summary>Quiet hours that together leave no time free must not keep this from ending.</summary>
    private const int MostSteps = 64;

    public static Decision Decide(Ask ask, RecipientState state, StageRules rules, long nowMs)
    {
        if (ask.ExpiresMs <= nowMs)
            return new Decision.Drop(StageReason.Expired);
        if (state.Suppressed is { } suppressed)
            return new Decision.Drop(suppressed == SuppressionReason.OptedOut ? StageReason.OptedOut : StageReason.Suppressed);
        if (state.Record?.Wishes(ask.Category, ask.Destination) == false)
            return new Decision.Drop(StageReason.OptedOut);
        return ask.For.IsPerson ? DecidePerson(ask, state, nowMs) : DecideAddress(ask, state, rules, nowMs);
    }

    private static Decision DecidePerson(Ask ask, RecipientState state, long nowMs)
    {
        if (state.Record is not { } record)
            return new Decision.Drop(StageReason.NoRecord);
        if (record.AddressOf(ask.Destination) is not { } to)
            return new Decision.Drop(StageReason.NoAddress);
        if (!ask.IsHigh && record.Quiet?.EndAfter(nowMs) is { } end)
            return Wait(ask, end, StageReason.QuietHours, state.Window);
        return new Decision.AskAddress(RecipientKey.OfAddress(ask.Destination, to), to, record.Quiet);
    }

    private static Decision DecideAddress(Ask ask, RecipientState state, StageRules rules, long nowMs)
    {
        var window = state.Window;
        if (ask.IsHigh)
            return new Decision.Send(window);
        var free = QuietUntil(ask, state.Record, nowMs);
        var limit = rules.LimitOf(ask.Destination);
        // A turn that quiet hours have taken away, because the record changed, is asked for again.
        if (limit is null || (ask.HasTurn && free == nowMs))
            return free > nowMs ? Wait(ask, free, StageReason.QuietHours, window) : new Decision.Send(window);
        var turn = window.Next(limit, free);
        if (turn > free && limit.Then == Excess.Drop)
            return new Decision.Drop(StageReason.Rate);
        for (var i = 0; i < MostSteps && QuietUntil(ask, state.Record, turn) is var later && later > turn; i++)
            turn = window.Next(limit, later);
        if (turn - nowMs > (long)rules.MaxDelay.TotalMilliseconds)
            return new Decision.Drop(StageReason.Rate);
        if (turn <= nowMs)
            return new Decision.Send(window.Take(limit, turn, nowMs));
        var reason = free > nowMs ? StageReason.QuietHours : StageReason.Rate;
        // What expires before its turn takes none from others.
        return turn >= ask.ExpiresMs
            ? Wait(ask, turn, reason, window)
            : new Decision.WaitUntil(turn, reason, HasTurn: true, window.Take(limit, turn, nowMs));
    }

    private static Decision.WaitUntil Wait(Ask ask, long atMs, StageReason reason, RateWindow window) =>
        new(Math.Min(atMs, ask.ExpiresMs ?? long.MaxValue), reason, HasTurn: false, window);

    /// <summary>The first time from one on that is quiet neither for the address nor for the person who has it.</summary>
    private static long QuietUntil(Ask ask, RecipientRecord? record, long fromMs)
    {
        var at = fromMs;
        for (var i = 0; i < MostSteps && (record?.Quiet?.EndAfter(at) ?? ask.Quiet?.EndAfter(at)) is { } end; i++)
            at = end;
        return at;
    }
}
