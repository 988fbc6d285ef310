namespace Herald.Push.WebPush;

/// <summary>
/// How many messages are under way to each push service. Recipients choose their services, so a service that does not answer must not take
/// the places of messages to others.
/// </summary>
/// <param name="most">At the same time, to one service.</param>
internal sealed class ServicePlaces(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);

    /// <summary>The services that have messages under way or waiting.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _services.Count;
        }
    }

    /// <summary>Waits for a place. Dispose what it returns.</summary>
    public async ValueTask<IDisposable> EnterAsync(string origin, CancellationToken cancel)
    {
        Service service;
        lock (_gate)
        {
            if (!_services.TryGetValue(origin, out service!))
                _services[origin] = service = new(new(most));
            service.Users++;
        }
        try
        {
            await service.Free.WaitAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            Leave(origin, service);
            throw;
        }
        return new Place(this, origin, service);
    }

    private void Leave(string origin, Service service)
    {
        lock (_gate)
        {
            if (--service.Users > 0)
                return;
            _services.Remove(origin);
        }
        service.Free.Dispose();
    }

    private sealed class Service(SemaphoreSlim free)
    {
        public SemaphoreSlim Free => free;

        /// <summary>Those that have a place or wait for one. Use only under the lock.</summary>
        public int Users;
    }

    private sealed class Place(ServicePlaces places, string origin, Service service) : IDisposable
    {
        public void Dispose()
        {
            service.Free.Release();
            places.Leave(origin, service);
        }
    }
}
