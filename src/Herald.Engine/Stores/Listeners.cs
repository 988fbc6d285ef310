using System.Collections.Immutable;

namespace Herald.Engine.Stores;

/// <summary>The listeners that a store calls on a change. Adding or removing a listener never waits for a running call.</summary>
public sealed class Listeners<T> where T : Delegate
{
    private ImmutableArray<T> _listeners = [];

    public ImmutableArray<T> All => _listeners;

    public IDisposable Add(T listener)
    {
        ImmutableInterlocked.Update(ref _listeners, (all, one) => all.Add(one), listener);
        return new Registration(this, listener);
    }

    private sealed class Registration(Listeners<T> listeners, T listener) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref listeners._listeners, (all, one) => all.Remove(one), listener);
    }
}
