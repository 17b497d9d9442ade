# Decides where the headers of CUDA and NCCL come from. Only LibTorch's process group of NCCL includes
# them (native/distributed/nccl.cpp), and LibTorch brings none. The places, in their order:
#   CUDA_HOME                    a toolkit that the user names
#   the wheels beside LibTorch   as pip leaves them, with what set-up adds in .cuda-headers
#   LibTorch's environment       conda's, or an unpacked LibTorch with a toolkit's folders
#   /usr/local/cuda, /usr        the machine's own
# The first one is taken that is of LibTorch's CUDA and in which the preprocessor finds everything; a
# place is not mixed with another one, but for nccl.h, of which LibTorch's own comes before all.
#
# find_cuda_headers() reads TORCH_PREFIX, TORCH_INCLUDE and CMAKE_CXX_COMPILER, and sets
#   CUDA_HEADERS_FOUND
#   CUDA_HEADERS_OPTIONS   the compiler's -isystem options
#   CUDA_HEADERS_REPORT    what was found where, for people
#   CUDA_HEADERS_TO_BRING  arguments of pip install that complete the wheels, or empty

# The CUDA that LibTorch was linked with: 13.
function(cuda_of_libtorch out)
  set(library "${TORCH_PREFIX}/lib/libc10_cuda.so")
  file(STRINGS "${library}" names REGEX "libcudart[^ ]*\\.so\\.[0-9]+" LIMIT_COUNT 1)
  string(REGEX REPLACE ".*libcudart[^ ]*\\.so\\.([0-9]+).*" "\\1" major "${names}")
  set(${out} "${major}" PARENT_SCOPE)
endfunction()

# The folders of a toolkit, of conda's layout too; none of no root.
function(toolkit_folders out root)
  set(folders "")
  if(root)
    file(GLOB folders "${root}/include" "${root}/include/cccl" "${root}/targets/*-linux/include"
      "${root}/targets/*-linux/include/cccl")
  endif()
  set(${out} "${folders}" PARENT_SCOPE)
endfunction()

# The folders of wheels: nvidia/cu13/include; of CUDA 12 one a wheel, nvidia/cuda_runtime/include.
function(wheel_folders out site major)
  if(EXISTS "${site}/nvidia/cu${major}/include")
    file(GLOB folders "${site}/nvidia/cu${major}/include" "${site}/nvidia/cu${major}/include/cccl")
  else()
    file(GLOB folders "${site}/nvidia/*/include" "${site}/nvidia/*/include/cccl")
    list(FILTER folders EXCLUDE REGEX "/nvidia/cu[0-9]+/")
  endif()
  set(${out} "${folders}" PARENT_SCOPE)
endfunction()

# The first folder that holds the header, or empty.
function(folder_of out header)
  set(${out} "" PARENT_SCOPE)
  foreach(folder ${ARGN})
    if(EXISTS "${folder}/${header}")
      set(${out} "${folder}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# The CUDA of these headers, 13.0, or empty where they are not there.
function(cuda_of_headers out)
  set(${out} "" PARENT_SCOPE)
  folder_of(folder cuda_runtime_api.h ${ARGN})
  if(folder)
    file(STRINGS "${folder}/cuda_runtime_api.h" line LIMIT_COUNT 1
      REGEX "define +CUDART_VERSION +[0-9]+")
    string(REGEX REPLACE ".*CUDART_VERSION +([0-9]+).*" "\\1" number "${line}")
    math(EXPR major "${number} / 1000")
    math(EXPR minor "${number} % 1000 / 10")
    set(${out} "${major}.${minor}" PARENT_SCOPE)
  endif()
endfunction()

# The compiler looks into the system's own folders by itself, and would trip where it is told to.
function(options_of out)
  set(options "")
  foreach(folder ${ARGN})
    if(NOT folder MATCHES "^/usr(/local)?/include$")
      list(APPEND options -isystem "${folder}")
    endif()
  endforeach()
  set(${out} "${options}" PARENT_SCOPE)
endfunction()

# The first header that LibTorch's process group of NCCL misses, or empty.
function(missing_header out)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${CMAKE_CXX_COMPILER} -std=c++20 -E -x c++ /dev/null
      -o /dev/null -DUSE_DISTRIBUTED -DUSE_C10D -DUSE_C10D_NCCL
      -isystem "${TORCH_INCLUDE}" -isystem "${TORCH_INCLUDE}/torch/csrc/api/include" ${ARGN}
      -include torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp
    RESULT_VARIABLE failed ERROR_VARIABLE said OUTPUT_QUIET)
  set(header "")
  if(failed AND said MATCHES "fatal error: '?([^':\n]+)'?(: No such file| file not found)")
    set(header "${CMAKE_MATCH_1}")
  elseif(failed)
    set(header "something: ${said}")
  endif()
  set(${out} "${header}" PARENT_SCOPE)
endfunction()

# Takes a place, if none was taken before; ARGN: its folders.
function(consider place)
  cuda_of_headers(version ${ARGN})
  if(CUDA_HEADERS_FOUND OR NOT version)
    return()
  endif()
  options_of(options ${nccl} ${ARGN})
  if(wanted AND NOT version MATCHES "^${wanted}\\.")
    set(report "CUDA ${version}, where LibTorch has ${wanted}")
  else()
    missing_header(missing ${options})
    set(report "CUDA ${version}")
    if(missing)
      string(APPEND report ", without ${missing}")
    else()
      set(CUDA_HEADERS_FOUND TRUE PARENT_SCOPE)
      set(CUDA_HEADERS_OPTIONS "${options}" PARENT_SCOPE)
    endif()
  endif()
  set(CUDA_HEADERS_REPORT "${CUDA_HEADERS_REPORT}\n  ${place}: ${report}" PARENT_SCOPE)
endfunction()

# What completes wheels of this CUDA, as arguments of pip install.
function(wheels_to_bring out version)
  if(version VERSION_LESS 13)
    set(names "nvidia-cuda-nvcc-cu12==${version}.* nvidia-cuda-cccl-cu12==${version}.*")
  else()
    set(names "nvidia-cuda-crt==${version}.* nvidia-cuda-cccl==${version}.*")
  endif()
  set(${out} "--target .cuda-headers/${version} ${names}" PARENT_SCOPE)
endfunction()

function(find_cuda_headers)
  cuda_of_libtorch(wanted)
  get_filename_component(site "${TORCH_PREFIX}/.." ABSOLUTE)
  get_filename_component(environment "${site}/../../.." ABSOLUTE) # of PREFIX/lib/python3/site-packages
  toolkit_folders(home "$ENV{CUDA_HOME}")
  wheel_folders(wheels "${site}" "${wanted}")
  cuda_of_headers(of_wheels ${wheels})
  wheel_folders(brought "${CMAKE_SOURCE_DIR}/.cuda-headers/${of_wheels}" "${wanted}")
  toolkit_folders(beside "${TORCH_PREFIX}")
  toolkit_folders(around "${environment}")
  toolkit_folders(machine /usr/local/cuda)
  folder_of(nccl nccl.h "${site}/nvidia/nccl/include" ${beside} ${around} ${home} ${machine})

  set(CUDA_HEADERS_FOUND FALSE)
  set(CUDA_HEADERS_OPTIONS "")
  set(CUDA_HEADERS_REPORT "")
  set(CUDA_HEADERS_TO_BRING "")
  consider("CUDA_HOME, $ENV{CUDA_HOME}" ${home})
  consider("wheels, ${site}/nvidia" ${wheels} ${brought})
  consider("${TORCH_PREFIX}" ${beside})
  consider("${environment}" ${around})
  consider(/usr/local/cuda ${machine})
  consider(/usr /usr/include)
  if(NOT CUDA_HEADERS_FOUND AND of_wheels MATCHES "^${wanted}\\.")
    wheels_to_bring(CUDA_HEADERS_TO_BRING "${of_wheels}")
  endif()
  if(NOT CUDA_HEADERS_REPORT)
    set(CUDA_HEADERS_REPORT "\n  no cuda_runtime_api.h anywhere")
  endif()
  foreach(result FOUND OPTIONS REPORT TO_BRING)
    set(CUDA_HEADERS_${result} "${CUDA_HEADERS_${result}}" PARENT_SCOPE)
  endforeach()
endfunction()

# Says what was decided. Set-up, which brings what is to be brought and comes again, names a file for it.
function(tell_of_cuda_headers)
  if(CUDA_HEADERS_FOUND)
    message(STATUS "CUDA headers: ${CUDA_HEADERS_OPTIONS}")
  elseif(CUDA_HEADERS_TO_BRING AND DEFINED ENV{RDM_TO_BRING})
    file(WRITE "$ENV{RDM_TO_BRING}" "${CUDA_HEADERS_TO_BRING}")
  else()
    message(WARNING
      "Building without NCCL, whose headers need all of CUDA's:${CUDA_HEADERS_REPORT}\n"
      "One GPU loses nothing. Several will talk over Gloo, through the host's memory, far slower. Either\n"
      "  npm run setup                    (adds what PyTorch's wheels leave out), or\n"
      "  export CUDA_HOME=/path/to/cuda   (a toolkit of LibTorch's CUDA), with nccl.h there\n")
  endif()
endfunction()
