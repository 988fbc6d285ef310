using System.Runtime.InteropServices;

namespace Herald.Hosting.Commands;

/// <summary>Ctrl-C and SIGTERM: the first signal asks for a clean stop, the second ends the process at once.</summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _asked.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _asked.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_asked.IsCancellationRequested)
            Environment.Exit(context.Signal == PosixSignal.SIGINT ? 130 : 143);
        context.Cancel = true;
        // Not on the signal thread: cancelling can take time, and a second signal must still be handled.
        ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _asked, preferLocal: false);
    }
}
