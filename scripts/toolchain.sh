# To be sourced from the project's root: says where the pinned Node is, and puts it and the tools in front of the PATH.
# Not by node_modules/.bin/node: older npms do not make that link for an optional dependency.
case "$(uname -m)" in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "pirack needs an x86_64 or aarch64 machine, this is $(uname -m)" >&2; exit 69 ;;
esac
node_package=node_modules/node-linux-$arch
node=$node_package/bin/node
PATH=$PWD/$node_package/bin:$PWD/node_modules/.bin:$PATH
export PATH
