using System.Globalization;

namespace Herald.Soak.Figures;

/// <summary>The load of the whole machine: the average number of processes that run or wait to run.</summary>
internal sealed class MachineLoad(TimeProvider time)
{
    private const string File = "/proc/loadavg";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private double _sum;
    private int _looks;

    /// <summary>Null when the system does not report it.</summary>
    public double? Average => _looks == 0 ? null : Math.Round(_sum / _looks, 1);

    /// <summary>Ends when cancelled, without an exception.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && System.IO.File.Exists(File))
        {
            var text = await System.IO.File.ReadAllTextAsync(File, CancellationToken.None);
            _sum += double.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture);
            _looks++;
            await Task.Delay(LookEvery, time, cancel).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }
}
