using System.Runtime.InteropServices;

namespace Herald.TestKit.Traces;

/// <summary>Sends a signal to one process, by its id.</summary>
public static class Signal
{
    private const int SigInt = 2, SigKill = 9, SigTerm = 15, SigContinue = 18, SigStop = 19;

    public static void Interrupt(int process) => Send(process, SigInt);

    public static void Terminate(int process) => Send(process, SigTerm);

    public static void Kill(int process) => Send(process, SigKill);

    /// <summary>It stands still, without being told, until <see cref="Continue"/>.</summary>
    public static void Stop(int process) => Send(process, SigStop);

    public static void Continue(int process) => Send(process, SigContinue);

    private static void Send(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
            throw new InvalidOperationException($"Process {process} cannot be signalled: error {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
