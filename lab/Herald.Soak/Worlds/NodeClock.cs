using System.Diagnostics;
using System.Globalization;

namespace Herald.Soak.Worlds;

/// <summary>The wall clock of one process, which libfaketime can set while the process runs. The monotonic clock does not change.</summary>
/// <param name="library">The path of libfaketime.</param>
/// <param name="file">The file with the offset of the clock.</param>
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
        // libfaketime reads the file once per second.
        start.Environment["FAKETIME_CACHE_DURATION"] = "1";
    }

    public void Set(TimeSpan ahead)
    {
        // The file is replaced whole, so that no half-written content can be read.
        var next = $"{file}.next";
        File.WriteAllText(next, string.Create(CultureInfo.InvariantCulture, $"{ahead.TotalSeconds:+0;-0}\n"));
        File.Move(next, file, overwrite: true);
    }
}
