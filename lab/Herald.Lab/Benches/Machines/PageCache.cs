namespace Herald.Lab.Benches.Machines;

/// <summary>The files that the system keeps in memory.</summary>
internal static class PageCache
{
    private const string Switch = "/proc/sys/vm/drop_caches";

    public static bool CanDrop
    {
        get
        {
            try
            {
                using var file = File.OpenWrite(Switch);
                return true;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Drops the whole cache, so the next reads come from the disk.</summary>
    public static void Drop()
    {
        Libc.SyncAll();
        File.WriteAllText(Switch, "3");
    }
}
