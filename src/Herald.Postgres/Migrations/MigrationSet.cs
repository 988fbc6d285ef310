using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Herald.Postgres.Migrations;

/// <summary>The migrations of one schema, by ascending id: SQL files embedded into an assembly as <c>FOLDER/0001-name.up.sql</c>.</summary>
public sealed partial class MigrationSet
{
    private static readonly string[] TransactionWords = ["begin", "start", "commit", "end", "rollback", "abort"];

    private MigrationSet(IReadOnlyList<Migration> migrations) => All = migrations;

    public IReadOnlyList<Migration> All { get; }

    /// <exception cref="MigrationException">A file breaks a rule, or there is no file.</exception>
    public static MigrationSet FromResources(Assembly assembly, string folder)
    {
        var prefix = $"{folder}/";
        var files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[prefix.Length..], name => Read(assembly, name));
        if (files.Count == 0)
            throw MigrationException.Refused($"There are no migrations in {assembly.GetName().Name}, folder {folder}.");
        return FromFiles(files);
    }

    /// <param name="files">The texts by file name; at least one.</param>
    /// <exception cref="MigrationException">A file breaks a rule.</exception>
    public static MigrationSet FromFiles(IReadOnlyDictionary<string, string> files)
    {
        var (ups, downs) = (new SortedDictionary<int, (string Name, string Sql)>(), new Dictionary<int, (string Name, string Sql)>());
        foreach (var (file, text) in files)
        {
            var match = FileName().Match(file);
            if (!match.Success || !int.TryParse(match.Groups["id"].ValueSpan, CultureInfo.InvariantCulture, out var id) || id == 0)
                throw MigrationException.Refused(
                    $"{file}: the name of a migration looks like 0001-name.up.sql or 0001-name.down.sql; ids begin with 0001.");
            var name = match.Groups["name"].Value;
            // Git may have converted the line ends on another system.
            var sql = text.Replace("\r\n", "\n", StringComparison.Ordinal);
            RefuseTransactions(file, sql);
            IDictionary<int, (string Name, string Sql)> same = match.Groups["way"].Value == "up" ? ups : downs;
            if (!same.TryAdd(id, (name, sql)))
                throw MigrationException.Refused(
                    $"{file}: id {id:0000} already belongs to {id:0000}-{same[id].Name}. Use the next free id.");
        }
        foreach (var (id, down) in downs)
            if (!ups.TryGetValue(id, out var up) || up.Name != down.Name)
                throw MigrationException.Refused(
                    $"{id:0000}-{down.Name}.down.sql: the file {id:0000}-{down.Name}.up.sql, which it takes back, does not exist.");
        return new([.. ups.Select(up => new Migration(
            up.Key, up.Value.Name, up.Value.Sql, downs.TryGetValue(up.Key, out var down) ? down.Sql : null, Checksum(up.Value.Sql)))]);
    }

    internal Migration? Find(int id) => All.FirstOrDefault(migration => migration.Id == id);

    /// <summary>
    /// A file runs in one transaction with its line in the history. A file that ends this transaction could be half applied when it fails.
    /// </summary>
    private static void RefuseTransactions(string file, string sql)
    {
        foreach (var statement in SqlScript.Split(sql))
        {
            var word = FirstWord().Match(statement.Text).Value;
            if (TransactionWords.Contains(word, StringComparer.OrdinalIgnoreCase))
                throw MigrationException.Refused(
                    $"{file}, line {SqlScript.Locate(sql, statement.Offset).Line}: '{word}' is not allowed, because "
                        + "every file already runs in a transaction.");
        }
    }

    private static string Checksum(string sql) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(
        @"^(?<id>\d{4,9})-(?<name>[a-z0-9][a-z0-9-]*)\.(?<way>up|down)\.sql$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();

    [GeneratedRegex("^[A-Za-z]+")]
    private static partial Regex FirstWord();
}
