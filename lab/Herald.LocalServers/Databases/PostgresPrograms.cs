using System.Diagnostics;
using System.Globalization;

namespace Herald.LocalServers.Databases;

/// <summary>
/// The programs of an installed PostgreSQL. They refuse to run as root, so a root process runs them as the user <c>postgres</c>.
/// </summary>
public sealed class PostgresPrograms
{
    public const string Variable = "HERALD_POSTGRES_BIN";
    public const string Missing = $"No PostgreSQL was found in the folder that {Variable} names, in PATH, or in /usr/lib/postgresql.";
    private const string User = "postgres";
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres", "createdb", "pg_basebackup"];
    private readonly string _folder;

    private PostgresPrograms(string folder) => _folder = folder;

    /// <returns>Null when no PostgreSQL is installed.</returns>
    /// <exception cref="LocalPostgresException">The environment names a folder that does not contain the programs.</exception>
    public static PostgresPrograms? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return IsIn(given) ? new(given) : throw new LocalPostgresException(
                $"{Variable}={given}: this folder does not contain all of {string.Join(", ", Needed)}.");
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(Debian()).FirstOrDefault(IsIn) is { } folder ? new(folder) : null;
    }

    /// <summary>The words of a program's command line, which runs it as a user that it accepts.</summary>
    public IEnumerable<string> Command(string program, IEnumerable<string> arguments)
    {
        string[] asUser = !Environment.IsPrivilegedProcess ? []
            : File.Exists("/usr/bin/setpriv") ? ["/usr/bin/setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", "--"]
            : ["runuser", "-u", User, "--"];
        return [.. asUser, Path.Combine(_folder, program), .. arguments];
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="folder">The working directory, to which the program's user has access.</param>
    /// <returns>The output of the program.</returns>
    /// <exception cref="LocalPostgresException">The program failed.</exception>
    public Task<string> RunAsync(string program, IEnumerable<string> arguments, string folder, string? password = null) =>
        RunAsync(Command(program, arguments), folder, password);

    /// <summary>Makes the user of the programs the owner of a folder.</summary>
    public static async Task HandOverAsync(string folder)
    {
        if (Environment.IsPrivilegedProcess)
            await RunAsync(["chown", "-R", $"{User}:", folder], folder, null);
    }

    private static async Task<string> RunAsync(IEnumerable<string> command, string folder, string? password)
    {
        var words = command.ToArray();
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        if (password is not null)
            start.Environment["PGPASSWORD"] = password;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new LocalPostgresException($"{string.Join(' ', words)} has failed: {error}{await output}");
        return await output;
    }

    /// <summary>Debian's folders, the newest version first. They are not in PATH.</summary>
    private static IEnumerable<string> Debian()
    {
        const string Versions = "/usr/lib/postgresql";
        return !Directory.Exists(Versions) ? [] : Directory.GetDirectories(Versions)
            .OrderByDescending(
                folder => double.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"));
    }

    private static bool IsIn(string folder) => Needed.All(program => File.Exists(Path.Combine(folder, program)));
}
