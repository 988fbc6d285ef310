using System.Diagnostics;
using System.Globalization;

namespace Herald.Soak.Worlds;

/// <summary>The wall clock of one process, which libfaketime lets us set while it runs. What it counts by goes on as ever.</summary>
/// <param name="library">Where libfaketime is.</param>
/// <param name="file">Holds how far it is ahead.</param>
internal sealed class NodeClock(string library, string file)
{
    /// <returns>Null when libfaketime is not installed.</returns>
    public static string? FindLibrary() => !Directory.Exists("/usr/lib") ? null : Directory.GetDirectories("/usr/lib", "*-linux-gnu")
        .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1"))
        .FirstOrDefault(File.Exists);

    public void Prepare(ProcessStartInfo start)
    {
        Set(TimeSpan.Zero);
        start.Environment["LD_PRELOAD"] = library;
        start.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        start.Environment["FAKETIME_TIMESTAMP_FILE"] = file;
        // It looks into the file once a second.
        start.Environment["FAKETIME_CACHE_DURATION"] = "1";
    }

    public void Set(TimeSpan ahead)
    {
        // Never half of it is there to be read.
        var next = $"{file}.next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{ahead.TotalSeconds:+0;-0}\n"));
        File.Move(next, file, overwrite: true);
    }
}
