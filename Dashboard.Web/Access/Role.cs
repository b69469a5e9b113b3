using System.Text.Json.Serialization;
using Agent.Contracts;

namespace Agent.Dashboard.Web.Access;

/// <summary>What a principal may do. An admin may do all; the others do not include each other, but everybody may look.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Role>))]
public enum Role
{
    /// <summary>Look.</summary>
    Viewer,

    /// <summary>Submit goals and steer runs.</summary>
    Operator,

    /// <summary>Answer questions: calls, plans, changed tool definitions, standing approvals.</summary>
    Approver,

    /// <summary>All of it, and say who else may do what.</summary>
    Admin,
}

static class RoleNames
{
    public static string All { get; } = string.Join(", ", Enum.GetValues<Role>().Select(NameOf));

    public static string NameOf(Role role) => role.ToString().ToLowerInvariant();

    public static Role? Parse(string name) => Enum.GetValues<Role>().Cast<Role?>().FirstOrDefault(role => string.Equals(NameOf(role!.Value), name.Trim(), StringComparison.OrdinalIgnoreCase));
}
