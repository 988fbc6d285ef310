namespace Herald.Messages.Providers;

/// <summary>
/// Admits messages to one provider on this node: so many at the same time, so many in a second, and none during a pause that the provider
/// has asked for. A message that cannot be admitted soon is not tried, and learns when to come again.
/// </summary>
/// <remarks>
/// Subscriptions share a provider, so they wait in turn (<see cref="WaitingLine"/>): neither many messages nor a long time-out of one keeps
/// another one from its turn. Nobody waits here for the end of a pause, because it can be long, and another provider may be used meanwhile.
/// </remarks>
/// <param name="setting">The provider's name in the settings, such as <c>email.providers.main</c>.</param>
internal sealed class ProviderGate(string setting, IProvider provider, TimeProvider time)
{
    /// <summary>After a wait without a free place. Then those who are inside have had time to leave.</summary>
    private static readonly TimeSpan AfterFull = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Pace _pace = new(provider.Options.Rate);
    private readonly WaitingLine _line = new();
    private readonly long _start = time.GetTimestamp();
    private int _free = provider.RecipientsChooseService ? int.MaxValue : provider.Options.Connections;
    private long _pausedUntil;
    private bool _wakes;

    /// <summary>Waits to be admitted. Each admission that is given needs a <see cref="Leave"/>.</summary>
    /// <param name="most">How long to wait.</param>
    public async ValueTask<Admission> EnterAsync(int subscription, TimeSpan most, CancellationToken cancel)
    {
        WaitingLine.Waiter waiter;
        lock (_lock)
        {
            var now = Now;
            if (_pausedUntil > now)
                return Paused(now);
            if (_line.Count == 0 && _free > 0 && _pace.TryTake(now))
            {
                _free--;
                return Admission.Given;
            }
            // A turn that comes too late is left to others.
            var turn = _pace.WaitFor(_line.Ahead(subscription), now);
            if (turn > most)
                return NoTurn(most, turn - most);
            waiter = new(subscription);
            _line.Add(waiter);
            Serve(now);
        }
        using var patience = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        using var end = either.Token.UnsafeRegister(_ => GiveUp(waiter, most), null);
        var admission = await waiter.Answer.Task.ConfigureAwait(false);
        if (admission != Admission.Given)
            cancel.ThrowIfCancellationRequested();
        return admission;
    }

    public void Leave()
    {
        lock (_lock)
        {
            _free++;
            Serve(Now);
        }
    }

    /// <summary>The provider has asked for a pause. A shorter one does not end a longer one.</summary>
    public void Pause(TimeSpan pause)
    {
        lock (_lock)
        {
            var now = Now;
            _pausedUntil = Math.Max(_pausedUntil, now + pause.Ticks);
            while (_line.Take() is { } waiter)
                waiter.Answer.SetResult(Paused(now));
        }
    }

    private long Now => time.GetElapsedTime(_start).Ticks;

    private void Serve(long now)
    {
        while (_line.Count > 0 && _free > 0)
        {
            if (!_pace.TryTake(now))
            {
                if (!_wakes)
                    _ = WakeAsync(_pace.WaitFor(0, now));
                return;
            }
            _free--;
            _line.Take()!.Answer.SetResult(Admission.Given);
        }
    }

    private async Task WakeAsync(TimeSpan wait)
    {
        _wakes = true;
        // A timer has whole milliseconds. One that fires too early would only be set again.
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time).ConfigureAwait(false);
        lock (_lock)
        {
            _wakes = false;
            Serve(Now);
        }
    }

    private void GiveUp(WaitingLine.Waiter waiter, TimeSpan waited)
    {
        lock (_lock)
        {
            if (_line.Remove(waiter))
                waiter.Answer.SetResult(_free == 0 ? Full(waited) : NoTurn(waited, TimeSpan.Zero));
        }
    }

    private Admission Paused(long now)
    {
        var left = new TimeSpan(_pausedUntil - now);
        return new(left, $"not tried: it has asked for a pause of {Text(left)} more");
    }

    /// <param name="late">By how much the turn would come too late.</param>
    private Admission NoTurn(TimeSpan most, TimeSpan late) => new(
        late > most / 2 ? late : most / 2,
        $"not tried: no turn within {Text(most)}; {setting}.rate allows {provider.Options.Rate} in a second");

    private Admission Full(TimeSpan waited) => new(
        AfterFull, $"not tried: no free connection within {Text(waited)}; {setting}.connections allows {provider.Options.Connections}");

    private static string Text(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.###}s");
}
