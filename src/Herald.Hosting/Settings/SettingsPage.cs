using System.Text;

namespace Herald.Hosting.Settings;

/// <summary>docs/settings.md: every setting with its default, its purpose and its rule.</summary>
public static class SettingsPage
{
    private const string Introduction = """
        # Settings

        This page is generated from the sources (`HERALD_WRITE_DOCS=1 ./test settings_page`). `herald config` shows the settings that differ
        from their defaults, and where each one comes from. `herald config --all` shows all of them.

        A setting comes from four places. Later ones override earlier ones:

        | place | the setting `journal.segmentBytes` there |
        |---|---|
        | the default | |
        | the JSON file that `--config FILE` names | `{"journal": {"segmentBytes": "64MiB"}}` |
        | the environment | `HERALD__JOURNAL__SEGMENTBYTES=64MiB` |
        | the command line | `--set journal.segmentBytes=64MiB`, or the option in the tables below |

        Names are compared without case. Unknown names, values that are given twice, and values that break a rule are all refused together,
        before anything starts.

        Lists are JSON lists, and maps are JSON objects. Elsewhere, items of a list have numbers and items of a map have names:

        ```json
        {
          "listen": ["127.0.0.1:8090", "[::1]:8090"],
          "kafka": {
            "clusters": {"main": {"servers": ["10.0.0.1:9092", "10.0.0.2:9092"]}},
            "sources": [{"cluster": "main", "topic": "orders", "to": "events"}]
          }
        }
        ```

        ```sh
        HERALD__KAFKA__CLUSTERS__MAIN__SERVERS__0=10.0.0.1:9092
        HERALD__KAFKA__SOURCES__0__TOPIC=orders
        ```

        A list of texts can be written as one text with commas: `HERALD__LISTEN=127.0.0.1:8090,[::1]:8090`. Maps are merged by name: the
        file can have the servers of a cluster, and the environment the rest. A list comes as a whole from the last place that has it.

        `HERALD_URL`, `HERALD_TOKEN_FILE` and `HERALD_CA_FILE`, with one underscore, are not settings of a server. Commands that call a
        server read them.
        """;

    public static string Write(SettingSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var page = new StringBuilder(Introduction).Append('\n');
        foreach (var section in set.Sections)
        {
            page.Append($"\n## {section.Purpose}\n\n| setting | default | what it is for | values |\n|---|---|---|---|\n");
            WriteRows(page, section.Node, section.Create(), section.Name);
        }
        return page.ToString();
    }

    private static void WriteRows(StringBuilder page, SettingNode.Group group, object options, string before)
    {
        foreach (var child in group.Children)
        {
            var name = SettingName.Join(before, child.Name);
            switch (child)
            {
                case SettingNode.Group inner:
                    throw new System.Diagnostics.UnreachableException($"{inner.Name}");
                case SettingNode.Value { Property: var property }:
                    var isRequired = property.Attribute.IsRequired && before.Contains('.', StringComparison.Ordinal);
                    WriteRow(page, name, property, isRequired ? "required" : property.ShowDefault(options));
                    break;
                case SettingNode.Items { Property: var property, Attribute: var attribute, Item: var item }:
                    WriteRow(page, name, property, "none");
                    WriteRows(page, item, attribute.NewItem(), $"{name}.{(attribute.IsMap ? "NAME" : "0")}");
                    break;
                default:
                    throw new System.Diagnostics.UnreachableException($"{child}");
            }
        }
    }

    private static void WriteRow(StringBuilder page, string name, SettingProperty property, string value)
    {
        var option = property.Attribute.Option is { } text ? $", `{text}`" : "";
        page.Append($"| `{name}`{option} | {Cell(value)} | {Cell(property.Attribute.Purpose)} | {Cell(property.Rule)} |\n");
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
