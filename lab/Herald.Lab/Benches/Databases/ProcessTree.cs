using System.Globalization;
using Herald.Lab.Benches.Machines;

namespace Herald.Lab.Benches.Databases;

/// <summary>A process with all its children, for servers that start a process for each connection.</summary>
internal static class ProcessTree
{
    private const int ParentField = 4;

    /// <summary>CPU time since the start of each process, including the children that have ended.</summary>
    public static TimeSpan CpuOf(int process)
    {
        var times = ProcessTimes.Of(process);
        var sum = times.Own + times.EndedChildren;
        foreach (var child in ChildrenOf(process))
        {
            try
            {
                sum += ProcessTimes.Of(child).Own;
            }
            catch (IOException)
            {
                // The child has just ended. Its parent now counts it among its ended children.
            }
        }
        return sum;
    }

    private static IEnumerable<int> ChildrenOf(int process)
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(folder) == process)
                yield return id;
    }

    private static int ParentOf(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[ParentField - 3], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
