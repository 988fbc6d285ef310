namespace Herald.Engine.Sending;

/// <summary>
/// Bounds the bytes of event records that attempts in flight hold on this node. One event always gets through, whatever its size.
/// </summary>
/// <remarks>
/// The share of one subscription is limited by the same rule as its share of the permits, so that others find room. Each subscription has a
/// queue of its own, and the queues take turns. An event that does not fit yet is overtaken by others that fit. This is bounded, too: once
/// as many bytes as the gate holds have overtaken it, only small events of subscriptions that hold nothing may overtake, and after eight
/// times as many bytes, none.
/// </remarks>
internal sealed class ByteGate(long most)
{
    private const int PassedBySmall = 8, SmallPart = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Account> _accounts = [];

    // The subscriptions with waiting events, in turn; and the bytes that have overtaken the first of them since it became the first.
    private readonly LinkedList<Account> _turns = [];
    private long _held, _passed;

    public ValueTask EnterAsync(int subscription, long bytes)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(subscription, out var account))
                _accounts[subscription] = account = new Account();
            if (account.Waiting is not { Count: > 0 } && Fits(account, bytes) && (_turns.Count == 0 || MayPass(account, bytes)))
            {
                Enter(account, bytes);
                return ValueTask.CompletedTask;
            }
            var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (account.Waiting ??= new()).Enqueue((bytes, entered));
            if (account.Waiting.Count == 1)
                _turns.AddLast(account);
            return new ValueTask(entered.Task);
        }
    }

    public void Leave(int subscription, long bytes)
    {
        lock (_lock)
        {
            var account = _accounts[subscription];
            _held -= bytes;
            account.Held -= bytes;
            for (var turn = _turns.First; turn is not null;)
                turn = TryLetIn(turn) ? _turns.First : turn.Next;
            if (account.Held == 0 && account.Waiting is not { Count: > 0 })
                _accounts.Remove(subscription);
        }
    }

    private bool TryLetIn(LinkedListNode<Account> turn)
    {
        var (account, isFirst) = (turn.Value, turn == _turns.First);
        var (bytes, entered) = account.Waiting!.Peek();
        if (!Fits(account, bytes) || (!isFirst && !MayPass(account, bytes)))
            return false;
        account.Waiting.Dequeue();
        if (isFirst)
            _passed = -bytes;
        Enter(account, bytes);
        _turns.Remove(turn);
        if (account.Waiting.Count > 0)
            _turns.AddLast(turn);
        entered.SetResult();
        return true;
    }

    private void Enter(Account account, long bytes)
    {
        _held += bytes;
        account.Held += bytes;
        _passed = _turns.Count == 0 ? 0 : _passed + bytes;
    }

    private bool Fits(Account account, long bytes) => _held == 0 || PermitLedger.HasRoom(account.Held, bytes, most - _held, most);

    private bool MayPass(Account account, long bytes) =>
        _passed < most || (_passed < PassedBySmall * most && account.Held == 0 && bytes <= most / SmallPart);

    private sealed class Account
    {
        public long Held;
        public Queue<(long Bytes, TaskCompletionSource Entered)>? Waiting;
    }
}
