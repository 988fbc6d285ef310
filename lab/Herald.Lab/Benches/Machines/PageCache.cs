namespace Herald.Lab.Benches.Machines;

/// <summary>What the system keeps of files in memory.</summary>
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

    /// <summary>Forgets all of it, so that what is read next comes from the disk.</summary>
    public static void Drop()
    {
        Libc.SyncAll();
        File.WriteAllText(Switch, "3");
    }
}
