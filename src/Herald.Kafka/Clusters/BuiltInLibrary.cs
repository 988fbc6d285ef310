using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Microsoft.Win32.SafeHandles;

namespace Herald.Kafka.Clusters;

/// <summary>
/// The librdkafka that is part of the program. The released form of Herald is one file, and this is the only library that cannot be linked
/// into it.
/// </summary>
/// <remarks>
/// It is loaded from memory that no other process can open under a name. A file would need a directory that is writable and not mounted
/// with <c>noexec</c>, protection against files that another user has put there, and a plan for a full disk. The memory, 12 MB, is taken
/// when the first cluster is used.
/// </remarks>
internal static partial class BuiltInLibrary
{
    private const string Resource = "librdkafka.so";

    private static string? _problem;

    /// <summary>
    /// Why it could not be loaded. The client catches the exception and tries other names, so its own message does not say.
    /// </summary>
    internal static string? Problem => Volatile.Read(ref _problem);

    /// <summary>Makes the client use the library in this program. Without one, the client searches for a file as usual.</summary>
    public static void Register(Assembly program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (program.GetManifestResourceInfo(Resource) is null)
            return;
        var library = new Lazy<nint>(() => Load(program));
        NativeLibrary.SetDllImportResolver(
            typeof(Library).Assembly, (name, _, _) => name.Contains("librdkafka", StringComparison.Ordinal) ? library.Value : 0);
    }

    private static nint Load(Assembly program)
    {
        try
        {
            using var memory = CreateMemory();
            using (var content = program.GetManifestResourceStream(Resource)!)
            using (var file = new FileStream(memory, FileAccess.Write, bufferSize: 0))
            {
                content.CopyTo(file);
                return NativeLibrary.Load($"/proc/self/fd/{memory.DangerousGetHandle()}");
            }
        }
        catch (Exception failure) when (failure is IOException or DllNotFoundException or UnauthorizedAccessException)
        {
            Volatile.Write(ref _problem, failure.Message);
            throw;
        }
    }

    private static SafeFileHandle CreateMemory()
    {
        // Kernels before 6.3 do not know the flag for memory that may be executed, and need none.
        var memory = Libc.CreateMemory(Resource, Libc.CloseOnExec | Libc.Executable);
        if (memory.IsInvalid && Marshal.GetLastPInvokeError() == Libc.InvalidArgument)
            memory = Libc.CreateMemory(Resource, Libc.CloseOnExec);
        return memory.IsInvalid
            ? throw new IOException($"the system gives no memory for it: memfd_create failed: {Marshal.GetLastPInvokeErrorMessage()}")
            : memory;
    }

    private static partial class Libc
    {
        public const uint CloseOnExec = 1, Executable = 0x10;
        public const int InvalidArgument = 22;

        [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial SafeFileHandle CreateMemory(string name, uint flags);
    }
}
