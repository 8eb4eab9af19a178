using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Berth.Platform.Processes;

/// <summary>Instances as <c>ps:inspect</c> shows them: an array of objects, safe to be passed on, since it holds no configuration.</summary>
internal static class InstanceJson
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static string Of(ImmutableArray<Instance> instances)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            writer.WriteStartArray();
            foreach (var instance in instances)
            {
                Write(writer, instance);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, Instance instance)
    {
        writer.WriteStartObject();
        writer.WriteString("Id", instance.Id);
        writer.WriteString("Name", instance.Name);
        writer.WriteString("Release", instance.ReleaseId);
        writer.WriteStartObject("State");
        writer.WriteString("Status", instance.State.ToString().ToLowerInvariant());
        writer.WriteBoolean("Running", instance.State == InstanceState.Running);
        if (instance.ProcessId is { } process)
        {
            writer.WriteNumber("Pid", process);
        }

        writer.WriteString("Since", instance.Since.UtcDateTime);
        if (instance.LastExit is { } exit)
        {
            writer.WriteString("LastExit", exit.ToString());
        }

        writer.WriteEndObject();
        writer.WriteNumber("RestartCount", instance.Restarts);
        if (instance.Address is { } address)
        {
            writer.WriteString("Address", address.ToString());
        }

        writer.WriteEndObject();
    }
}
